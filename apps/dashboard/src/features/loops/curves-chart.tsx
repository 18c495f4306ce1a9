import { dot, line } from "@observablehq/plot";
import type { LoopComparison } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { toPercent, toRange } from "./format.ts";
import { words } from "./words.ts";

/** Each loop's verified share from iteration to iteration. */
export function CurvesChart({ loops }: Pick<LoopComparison, "loops">) {
  const points = useMemo(
    () =>
      loops.flatMap(({ loop, curve }, i) =>
        curve.flatMap(({ number, status, verified }) =>
          verified ? [{ id: loop.id, of: loop.name, colour: colourOf(i), iteration: number, status, ...verified }] : [],
        ),
      ),
    [loops],
  );
  const options = useMemo(
    () => () => ({
      height: 280,
      marginLeft: 48,
      x: { label: words.iteration.toLowerCase(), tickFormat: "d" as const, ticks: 6, inset: 12 },
      y: { label: null, grid: true, tickFormat: "%" as const },
      marks: [
        line(points, { x: "iteration", y: "value", z: "id", stroke: "colour", strokeWidth: 1.75 }),
        dot(points, { x: "iteration", y: "value", fill: "colour", r: 4, tip: true }),
      ],
    }),
    [points],
  );
  if (points.length === 0) return null;
  return (
    <Chart
      title={words.curves}
      caption={words.curvesCaption}
      aside={<HowComputed of="loop_verified" />}
      options={options}
      legend={loops.map(({ loop }, i) => ({ name: loop.name, colour: colourOf(i) }))}
      table={{
        head: [words.loop, words.iteration, words.status, words.verified, words.titles.loop_interval],
        rows: points.map((point) => [
          point.of,
          String(point.iteration),
          point.status,
          toPercent(point.value),
          toRange(point),
        ]),
      }}
    />
  );
}
