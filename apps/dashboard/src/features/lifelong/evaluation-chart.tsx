import { dot, line, rectY, ruleX } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { toEnds, toValue } from "./format.ts";
import type { Place } from "./place.ts";
import { words } from "./words.ts";

/** Every evaluation of every task over a lifetime, with intervals and the learning blocks behind them. */
export function EvaluationChart({ lifetime, onPick }: { lifetime: ReportLifetime; onPick?: (place: Place) => void }) {
  const { evaluations, tasks, name } = lifetime;
  const options = useMemo(() => draw(lifetime), [lifetime]);
  const pick = useMemo(
    () =>
      onPick &&
      ((datum: unknown) => {
        const { task, block } = datum as Point;
        onPick({ block, task });
      }),
    [onPick],
  );
  if (evaluations.length === 0) return null;
  return (
    <Chart
      title={words.evaluation}
      caption={words.evaluationCaption(name)}
      options={options}
      legend={tasks.map((task, i) => ({ name: task, colour: colourOf(i) }))}
      {...(pick ? { onPick: pick } : {})}
      table={{
        head: [words.task, words.block, words.experience, words.mean, words.interval, words.experiences],
        rows: evaluations.map((each) => [
          each.task,
          String(each.block),
          String(each.experience),
          toValue(each.mean),
          toEnds(each),
          String(each.count),
        ]),
      }}
    />
  );
}

type Point = ReportLifetime["evaluations"][number] & { x: number; colour: string };

function draw({ evaluations, blocks, tasks }: ReportLifetime) {
  const shown = tasks.filter((task) => evaluations.some((each) => each.task === task));
  const span = (blocks.at(-1)?.end ?? 1) - (blocks[0]?.start ?? 0);
  // Tasks of one block are set side by side, so that their intervals don't hide each other.
  const points: Point[] = evaluations.map((each) => ({
    ...each,
    x: middleOf(blocks, each.block) + (shown.indexOf(each.task) - (shown.length - 1) / 2) * (span / 300),
    colour: colourOf(tasks.indexOf(each.task)),
  }));
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  return (width: number) => ({
    height: Math.min(380, Math.max(240, width * 0.36)),
    marginLeft: 44,
    x: { label: "experience of the lifetime" },
    y: { label: null, grid: true, nice: true, domain: [low, high] },
    marks: [
      rectY(
        blocks.filter(({ type }) => type === "train"),
        { x1: "start", x2: "end", y1: low, y2: high, fill: "currentColor", fillOpacity: 0.06 },
      ),
      ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "colour", strokeOpacity: 0.7, strokeWidth: 1.4 }),
      line(points, { x: "x", y: "mean", z: "task", stroke: "colour", strokeOpacity: 0.8, strokeWidth: 1.6 }),
      dot(points, {
        x: "x",
        y: "mean",
        fill: "colour",
        r: 3.4,
        tip: true,
        title: ({ task, block, mean, low: from, high: to }: Point) =>
          `${task}\nblock ${block}\n${toValue(mean)} (${toValue(from)} to ${toValue(to)})`,
      }),
    ],
  });
}

function middleOf(blocks: ReportLifetime["blocks"], number: number): number {
  const block = blocks.find((each) => each.number === number && each.type === "test");
  return block ? (block.start + block.end) / 2 : 0;
}
