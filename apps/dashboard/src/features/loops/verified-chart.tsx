import { dot, line, ruleX } from "@observablehq/plot";
import type { Iteration } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { toPercent, toRange } from "./format.ts";
import { words } from "./words.ts";

interface Point {
  iteration: number;
  status: Iteration["status"];
  value: number;
  low: number;
  high: number;
}

/** The verified share from iteration to iteration, with its interval; what was let in is joined. */
export function VerifiedChart({ iterations }: { iterations: readonly Iteration[] }) {
  const points = useMemo(
    () =>
      iterations.flatMap(({ number, status, monitors }): Point[] =>
        // An iteration that left the weights as they were has their monitors, and nothing of its own to draw.
        monitors && status !== "unchanged" ? [{ iteration: number, status, ...monitors.verified }] : [],
      ),
    [iterations],
  );
  const options = useMemo(() => draw(points), [points]);
  if (points.length === 0) return null;
  return (
    <Chart
      title={words.curve}
      caption={words.curveCaption}
      aside={<HowComputed of="loop_verified" />}
      options={options}
      table={{
        head: [words.iteration, words.status, words.verified, words.low, words.high],
        rows: points.map(({ iteration, status, value, low, high }) => [
          String(iteration),
          status,
          toPercent(value),
          toPercent(low),
          toPercent(high),
        ]),
      }}
    />
  );
}

function draw(points: readonly Point[]) {
  const isIn = ({ status }: Point): boolean => status === "promoted";
  const colour = colourOf(0);
  const marks = { x: "iteration", y: "value", r: 4.5, stroke: colour, strokeWidth: 1.75 } as const;
  const title = (point: Point): string =>
    `${words.iteration} ${point.iteration}: ${toPercent(point.value)} (${toRange(point)}), ${point.status}`;
  return () => ({
    height: 240,
    marginLeft: 48,
    x: {
      label: words.iteration.toLowerCase(),
      ticks: points.map(({ iteration }) => iteration),
      tickFormat: "d",
      inset: 16,
    },
    y: { label: null, grid: true, tickFormat: "%" },
    marks: [
      ruleX(points, { x: "iteration", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.5, strokeWidth: 2 }),
      line(points.filter(isIn), { x: "iteration", y: "value", stroke: colour, strokeWidth: 1.75 }),
      dot(points.filter(isIn), { ...marks, fill: colour, title, tip: true }),
      dot(
        points.filter((point) => !isIn(point)),
        { ...marks, fill: "var(--mantine-color-body)", title, tip: true },
      ),
    ],
  });
}
