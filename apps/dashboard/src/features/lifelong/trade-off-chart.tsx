import { dot, ruleY } from "@observablehq/plot";
import type { ReportSubject } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { toValue } from "./format.ts";
import { words } from "./words.ts";

/** How well a learner takes up new tasks against how well it keeps old ones, a dot a lifetime. */
export function TradeOffChart({ subjects }: { subjects: readonly ReportSubject[] }) {
  const dots = useMemo(() => toDots(subjects), [subjects]);
  const options = useMemo(
    () => () => ({
      height: 300,
      marginLeft: 50,
      inset: 18,
      x: { label: words.plasticity, grid: true },
      y: { label: words.stability, grid: true },
      marks: [
        ruleY([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
        dot(dots, {
          x: "plasticity",
          y: "stability",
          fill: "colour",
          fillOpacity: 0.75,
          r: 5,
          tip: true,
          title: ({ of, lifetime }: Dot) => `${of}\n${lifetime}`,
        }),
      ],
    }),
    [dots],
  );
  if (dots.length === 0) return null;
  return (
    <Chart
      title={words.tradeOff}
      caption={words.tradeOffCaption}
      aside={<HowComputed of="perf_maintenance_mrlep" />}
      options={options}
      legend={subjects.map(({ name }, i) => ({ name, colour: colourOf(i) }))}
      table={{
        head: [words.of, words.lifetime, words.plasticity, words.stability],
        rows: dots.map((each) => [each.of, each.lifetime, toValue(each.plasticity), toValue(each.stability)]),
      }}
    />
  );
}

interface Dot {
  of: string;
  lifetime: string;
  plasticity: number;
  stability: number;
  colour: string;
}

function toDots(subjects: readonly ReportSubject[]): Dot[] {
  return subjects.flatMap(({ name, lifetimes }, i) =>
    lifetimes.flatMap(({ metrics, name: lifetime }) => {
      const plasticity = metrics["avg_train_perf"] ?? null;
      const stability = metrics["perf_maintenance_mrlep"] ?? metrics["perf_maintenance_mrtlp"] ?? null;
      return plasticity === null || stability === null
        ? []
        : [{ of: name, lifetime, plasticity, stability, colour: colourOf(i) }];
    }),
  );
}
