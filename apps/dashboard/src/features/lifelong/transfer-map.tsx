import { cell, text } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { toValue } from "./format.ts";
import { words } from "./words.ts";

type Transfer = ReportLifetime["transfers"][number];
const widestShown = 3;

/** Transfer from each task to each other one, forward and backward. */
export function TransferMap({ lifetime }: { lifetime: ReportLifetime }) {
  const { transfers } = lifetime;
  const kind = transfers.some((each) => each.kind === "ratio") ? "ratio" : "contrast";
  const options = useMemo(() => draw(lifetime, kind), [lifetime, kind]);
  const shown = transfers.filter((each) => each.kind === kind);
  if (shown.length === 0) return null;
  return (
    <Chart
      title={words.transfer}
      caption={words.transferCaption(kind === "ratio" ? "1" : "0")}
      aside={<HowComputed of={`forward_transfer_${kind}`} />}
      options={options}
      table={{
        head: [words.learningTask, words.target, words.direction, words.mean, words.experiences],
        rows: shown.map(({ source, target, direction, mean, count }) => [
          source,
          target,
          direction,
          toValue(mean),
          String(count),
        ]),
      }}
    />
  );
}

function draw({ transfers, tasks }: ReportLifetime, kind: Transfer["kind"]) {
  const shown = transfers.filter((each) => each.kind === kind);
  const used = tasks.filter((task) => shown.some(({ source, target }) => source === task || target === task));
  // Symmetric around "no effect": a half is as far from 1 as a double.
  const spread = (value: number): number => (kind === "ratio" ? Math.log2(Math.max(value, 1e-6)) : value);
  const widest = Math.min(Math.max(...shown.map(({ mean }) => Math.abs(spread(mean))), 1e-9), widestShown);
  return () => ({
    height: 96 + 36 * used.length,
    marginLeft: 110,
    marginBottom: 50,
    padding: 0.06,
    fx: { domain: ["forward", "backward"], label: null, padding: 0.08 },
    x: { domain: used, label: "to the task", tickRotate: used.length > 4 ? -40 : 0 },
    y: { domain: used, label: "learning this task" },
    color: { type: "diverging" as const, scheme: "RdBu" as const, domain: [-widest, widest], clamp: true },
    marks: [
      cell(shown, { fx: "direction", x: "target", y: "source", fill: ({ mean }: Transfer) => spread(mean), rx: 3 }),
      text(shown, {
        fx: "direction",
        x: "target",
        y: "source",
        text: ({ mean, isShared }: Transfer) => `${toValue(mean)}${isShared ? "*" : ""}`,
        fill: ({ mean }: Transfer) => (Math.abs(spread(mean)) > 0.62 * widest ? "#ffffff" : "#1b1f24"),
        fontSize: used.length > 7 ? 8 : 11,
      }),
    ],
  });
}
