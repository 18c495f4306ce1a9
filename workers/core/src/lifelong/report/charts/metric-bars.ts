import { barX, ruleX, ruleY } from "@observablehq/plot";
import type { ReportSubject } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatEnds, formatValue, metricWords } from "../metric-words.ts";

/** Metrics that say what learning one task does to others, each on its own scale. */
export function drawMetricBars(subjects: readonly ReportSubject[]): Chart | undefined {
  const values = subjects.flatMap(({ name, means }, i) =>
    Object.entries(means).flatMap(([metric, { mean, interval, lifetimeCount }]) => {
      const { neutral, short } = metricWords(metric);
      if (mean === null || neutral === null) return [];
      return [{ name, metric, short, neutral, mean, interval, lifetimeCount, colour: colourOf(i) }];
    }),
  );
  if (values.length === 0) return undefined;
  const metrics = [...new Set(values.map(({ metric }) => metric))];
  const svg = metrics.map((metric) => drawOne(values.filter((each) => each.metric === metric))).join("");
  return {
    id: "effects",
    title: "Maintenance, transfer, recovery and efficiency",
    caption: "Mean over lifetimes with 95 % intervals; the vertical line is no effect.",
    svg,
    legend: subjects.length > 1 ? subjects.map(({ name }, i) => ({ name, colour: colourOf(i) })) : [],
    head: ["metric", "of", "mean", "95 % interval", "no effect", "lifetimes"],
    rows: values.map(({ metric, name, mean, interval, neutral, lifetimeCount }) => [
      metricWords(metric).title,
      name,
      formatValue(mean),
      formatEnds(interval),
      String(neutral),
      String(lifetimeCount),
    ]),
  };
}

interface Bar {
  name: string;
  short: string;
  neutral: number;
  mean: number;
  interval: { low: number; high: number } | null;
  colour: string;
}

function drawOne(bars: readonly Bar[]): string {
  const [first] = bars;
  const sure = bars.flatMap((bar) => (bar.interval ? [{ ...bar, ...bar.interval }] : []));
  const ends = [
    ...bars.flatMap(({ mean, neutral }) => [mean, neutral]),
    ...sure.flatMap(({ low, high }) => [low, high]),
  ];
  const margin = (Math.max(...ends) - Math.min(...ends)) * 0.06 || 0.5;
  return draw(
    {
      height: 46 + 22 * bars.length,
      marginLeft: 190,
      marginTop: 8,
      marginBottom: 30,
      x: { label: null, grid: true, domain: [Math.min(...ends) - margin, Math.max(...ends) + margin] },
      y: {
        label: null,
        tickSize: 0,
        domain: bars.map(({ name }) => name),
        tickFormat: (name: string) => (bars.length > 1 ? `${first?.short ?? ""} · ${name}` : (first?.short ?? "")),
      },
      marks: [
        barX(bars, {
          x1: "neutral",
          x2: "mean",
          y: "name",
          fill: "colour",
          fillOpacity: 0.75,
          rx: 2,
          insetTop: 3,
          insetBottom: 3,
        }),
        ruleY(sure, { x1: "low", x2: "high", y: "name", stroke: "currentColor", strokeWidth: 1.5 }),
        ruleX([first?.neutral ?? 0], { stroke: "currentColor", strokeOpacity: 0.6 }),
      ],
    },
    `${first?.short ?? ""} with intervals`,
  );
}
