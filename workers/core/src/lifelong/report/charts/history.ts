import { dot, line, ruleX } from "@observablehq/plot";
import type { ReportDocument, ReportMean } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatEnds, formatValue, metricWords } from "../metric-words.ts";

/** Each metric from report to report. */
export function drawHistory({ history, subjects, createdAt }: ReportDocument): Chart | undefined {
  if (history.length === 0) return undefined;
  const reports = [...history, { createdAt, subjects }];
  const values = reports.flatMap((report) =>
    report.subjects.flatMap(({ name, means }) =>
      Object.entries(means).flatMap(([metric, each]) => toPoint({ at: report.createdAt, name, metric }, each)),
    ),
  );
  if (values.length === 0) return undefined;
  const metrics = [...new Set(values.map(({ metric }) => metric))];
  const names = subjects.map(({ name }) => name);
  const colour = ({ name }: { name: string }): string => colourOf(Math.max(0, names.indexOf(name)));
  const svg = metrics
    .map((metric) => {
      const own = values.filter((each) => each.metric === metric);
      return draw(
        {
          height: 110,
          width: 350,
          marginLeft: 44,
          marginTop: 22,
          x: { type: "utc", label: null, ticks: 4 },
          y: { label: metricWords(metric).short, ticks: 3, grid: true },
          marks: [
            ruleX(
              own.filter(({ low }) => low !== undefined),
              { x: "at", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.5 },
            ),
            line(own, { x: "at", y: "mean", z: "name", stroke: colour, strokeWidth: 1.6 }),
            dot(own, { x: "at", y: "mean", fill: colour, r: 2.6 }),
          ],
        },
        `${metricWords(metric).short} from report to report`,
      );
    })
    .join("");
  return {
    id: "history",
    title: "From report to report",
    caption: `${reports.length} reports of this query, with 95 % intervals.`,
    svg: `<div class="grid">${svg}</div>`,
    legend: names.length > 1 ? names.map((name, i) => ({ name, colour: colourOf(i) })) : [],
    head: ["report", "of", "metric", "mean", "95 % interval"],
    rows: values.map(({ at, name, metric, mean, low, high }) => [
      at.toISOString().slice(0, 16).replace("T", " "),
      name,
      metricWords(metric).short,
      formatValue(mean),
      low === undefined || high === undefined ? "–" : formatEnds({ low, high }),
    ]),
  };
}

function toPoint({ at, name, metric }: { at: string; name: string; metric: string }, { mean, interval }: ReportMean) {
  if (mean === null) return [];
  return [{ at: new Date(at), name, metric, mean, ...(interval ? { low: interval.low, high: interval.high } : {}) }];
}
