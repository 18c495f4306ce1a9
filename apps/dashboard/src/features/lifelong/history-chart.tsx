import { dot, line, ruleX, ruleY } from "@observablehq/plot";
import type { ReportDocument } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { neutralOf, toEnds, toValue } from "./format.ts";
import { titleOf } from "./metric-bars.tsx";
import { words } from "./words.ts";

/** Each metric from report to report of one query. */
export function HistoryChart({ report }: { report: ReportDocument }) {
  const points = useMemo(() => toPoints(report), [report]);
  const options = useMemo(() => draw(points), [points]);
  if (report.history.length === 0 || points.length === 0) return null;
  return (
    <Chart
      title={words.history}
      caption={words.historyCaption}
      options={options}
      legend={report.subjects.map(({ name }, i) => ({ name, colour: colourOf(i) }))}
      table={{
        head: [words.made, words.metric, words.of, words.mean, words.interval],
        rows: points.map((point) => [
          point.at.toISOString().slice(0, 16).replace("T", " "),
          point.title,
          point.of,
          toValue(point.mean),
          toEnds(point.interval),
        ]),
      }}
    />
  );
}

interface Point {
  at: Date;
  metric: string;
  title: string;
  of: string;
  mean: number;
  interval: { low: number; high: number } | null;
  colour: string;
}

function toPoints({ history, subjects, createdAt }: ReportDocument): Point[] {
  const all = [...history, { createdAt, subjects }];
  return all.flatMap((snapshot) =>
    snapshot.subjects.flatMap(({ name, means }) =>
      Object.entries(means).flatMap(([metric, { mean, interval }]) => {
        if (mean === null || neutralOf(metric) === undefined) return [];
        const colour = colourOf(subjects.findIndex((subject) => subject.name === name));
        return [{ at: new Date(snapshot.createdAt), metric, title: titleOf(metric), of: name, mean, interval, colour }];
      }),
    ),
  );
}

function draw(points: readonly Point[]) {
  const titles = [...new Set(points.map(({ title }) => title))];
  const sure = points.flatMap((point) =>
    point.interval ? [{ ...point, low: point.interval.low, high: point.interval.high }] : [],
  );
  const rules = titles.map((title) => ({
    title,
    none: neutralOf(points.find((point) => point.title === title)?.metric ?? "") ?? 0,
  }));
  return () => ({
    height: 50 + 76 * titles.length,
    marginLeft: 48,
    marginRight: 200,
    fy: { domain: titles, label: null },
    x: { label: null },
    y: { label: null, ticks: 3, grid: true },
    marks: [
      ruleY(rules, { fy: "title", y: "none", stroke: "currentColor", strokeOpacity: 0.4 }),
      ruleX(sure, { fy: "title", x: "at", y1: "low", y2: "high", stroke: "colour", strokeOpacity: 0.7 }),
      line(points, { fy: "title", x: "at", y: "mean", z: "of", stroke: "colour" }),
      dot(points, { fy: "title", x: "at", y: "mean", fill: "colour", r: 3, tip: true }),
    ],
  });
}
