import { dot, ruleY, text } from "@observablehq/plot";
import type { ReportSubject } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatValue } from "../metric-words.ts";

/** How well a learner takes up new tasks against how well it keeps old ones, a dot a lifetime. */
export function drawStabilityPlasticity(subjects: readonly ReportSubject[]): Chart | undefined {
  const dots = subjects.flatMap(({ name, lifetimes }, i) =>
    lifetimes.flatMap(({ metrics, name: lifetime }) => {
      const plasticity = metrics["avg_train_perf"] ?? null;
      const stability = metrics["perf_maintenance_mrlep"] ?? metrics["perf_maintenance_mrtlp"] ?? null;
      return plasticity === null || stability === null
        ? []
        : [{ name, lifetime, plasticity, stability, colour: colourOf(i) }];
    }),
  );
  if (dots.length === 0) return undefined;
  const centres = subjects.flatMap(({ name }) => {
    const own = dots.filter((each) => each.name === name);
    if (own.length === 0) return [];
    return [
      {
        name,
        plasticity: mean(own.map((each) => each.plasticity)),
        stability: mean(own.map((each) => each.stability)),
      },
    ];
  });
  const svg = draw(
    {
      height: 300,
      marginLeft: 50,
      marginRight: 100,
      inset: 18,
      x: { label: "plasticity: mean training performance", grid: true },
      y: { label: "stability: performance maintenance", grid: true },
      marks: [
        ruleY([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
        dot(dots, { x: "plasticity", y: "stability", fill: "colour", fillOpacity: 0.65, r: 4.5 }),
        text(centres, {
          x: "plasticity",
          y: "stability",
          text: "name",
          dy: -16,
          fontWeight: "bold",
          fill: "currentColor",
        }),
      ],
    },
    "stability against plasticity",
  );
  return {
    id: "trade-off",
    title: "Stability and plasticity",
    caption: "Each dot is a lifetime: right learns new tasks well, up keeps old ones. Below 0 it forgets.",
    svg,
    legend: subjects.length > 1 ? subjects.map(({ name }, i) => ({ name, colour: colourOf(i) })) : [],
    head: ["of", "lifetime", "plasticity", "stability"],
    rows: dots.map(({ name, lifetime, plasticity, stability }) => [
      name,
      lifetime,
      formatValue(plasticity),
      formatValue(stability),
    ]),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
