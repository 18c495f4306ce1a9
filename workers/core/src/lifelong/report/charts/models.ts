import { dot, ruleY } from "@observablehq/plot";
import type { ReportDocument, ReportModel } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { figureBefore, formatShare, formatShares } from "../describe-models.ts";
import { colourOf, draw } from "../draw.ts";

interface Row {
  key: string;
  model: string;
  colour: string;
  value: number;
  before: number | undefined;
  low: number;
  high: number;
  interval: { low: number; high: number } | null;
}

/** Models by their latest evaluations, a small chart a set, with where they stood in the report before. */
export function drawModels({ models, history }: ReportDocument): Chart | undefined {
  const rows = models.flatMap((model, i) => toRows(model, { colour: colourOf(i), history }));
  if (rows.length === 0) return undefined;
  const keys = [...new Set(rows.map(({ key }) => key))];
  return {
    id: "models",
    title: "Models by their latest evaluations",
    caption: "The main figure of each set with its 95 % interval; a ring is where the model stood in the last report.",
    svg: keys
      .map((key) =>
        drawSet(
          key,
          rows.filter((row) => row.key === key),
        ),
      )
      .join(""),
    legend: models.length > 1 ? models.map(({ name }, i) => ({ name, colour: colourOf(i) })) : [],
    head: ["set and figure", "model", "value", "95 % interval", "before", "change"],
    rows: rows.map(({ key, model, value, interval, before }) => [
      key,
      model,
      formatShare(value),
      interval ? formatShares(interval) : "–",
      before === undefined ? "–" : formatShare(before),
      before === undefined ? "–" : formatShare(value - before),
    ]),
  };
}

function toRows(
  model: ReportModel,
  { colour, history }: { colour: string; history: ReportDocument["history"] },
): Row[] {
  return model.figures.map((figure) => {
    const { set, metric, value, interval } = figure;
    const before = figureBefore(model, figure, history.at(-1)?.models ?? [])?.value;
    const ends = interval ?? { low: value, high: value };
    return { key: `${set} · ${metric}`, model: model.name, colour, value, before, ...ends, interval };
  });
}

function drawSet(key: string, rows: readonly Row[]): string {
  const ends = rows.flatMap(({ low, high, before }) => [low, high, ...(before === undefined ? [] : [before])]);
  const margin = (Math.max(...ends) - Math.min(...ends)) * 0.15 || 0.05;
  return draw(
    {
      height: 74 + 24 * rows.length,
      marginLeft: 190,
      marginTop: 44,
      marginBottom: 26,
      x: {
        label: key,
        labelAnchor: "left",
        labelArrow: "none",
        labelOffset: 30,
        axis: "top",
        grid: true,
        ticks: 5,
        domain: [Math.min(...ends) - margin, Math.max(...ends) + margin],
      },
      y: { label: null, tickSize: 0, domain: rows.map(({ model }) => model) },
      marks: [
        ruleY(rows, { x1: "low", x2: "high", y: "model", stroke: "colour", strokeWidth: 2 }),
        dot(rows, { x: "value", y: "model", fill: "colour", r: 4.5 }),
        dot(
          rows.filter(({ before }) => before !== undefined),
          { x: "before", y: "model", stroke: "colour", r: 4.5 },
        ),
      ],
    },
    `${key} of each model with its interval`,
  );
}
