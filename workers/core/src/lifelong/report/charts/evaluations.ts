import { dot, line, rectY, ruleX } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatEnds, formatValue } from "../metric-words.ts";

/** Every evaluation of every task over the lifetime, with intervals, and the learning blocks behind them. */
export function drawEvaluations({ evaluations, blocks, tasks, name }: ReportLifetime): Chart | undefined {
  if (evaluations.length === 0) return undefined;
  const shown = tasks.filter((task) => evaluations.some((each) => each.task === task));
  const colour = ({ task }: { task: string }): string => colourOf(tasks.indexOf(task));
  // Tasks of one block are set side by side, so that their intervals don't hide each other.
  const span = (blocks.at(-1)?.end ?? 1) - (blocks[0]?.start ?? 0);
  const points = evaluations.map((each) => ({
    ...each,
    x: middleOf(blocks, each.block) + (shown.indexOf(each.task) - (shown.length - 1) / 2) * (span / 300),
  }));
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  const svg = draw(
    {
      height: 330,
      marginLeft: 44,
      x: { label: "experience of the lifetime" },
      y: { label: "evaluation", grid: true, domain: [low, high], nice: true },
      marks: [
        rectY(
          blocks.filter(({ type }) => type === "train"),
          {
            x1: "start",
            x2: "end",
            y1: low,
            y2: high,
            fill: "currentColor",
            fillOpacity: 0.06,
          },
        ),
        ruleX(points, { x: "x", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.75, strokeWidth: 1.4 }),
        line(points, { x: "x", y: "mean", z: "task", stroke: colour, strokeOpacity: 0.75, strokeWidth: 1.4 }),
        dot(points, { x: "x", y: "mean", fill: colour, r: 3.2 }),
      ],
    },
    `evaluations of ${shown.join(", ")} over the lifetime`,
  );
  return {
    id: "evaluation",
    title: "Evaluation over the lifetime",
    caption: `Mean of each evaluation in ${name} with its 95 % interval; grey bands are learning blocks.`,
    svg,
    legend: shown.map((task) => ({ name: task, colour: colourOf(tasks.indexOf(task)) })),
    head: ["task", "evaluations", "first", "best", "last", "95 % interval of the last"],
    rows: shown.map((task) => {
      const own = evaluations.filter((each) => each.task === task);
      const last = own.at(-1);
      return [
        task,
        String(own.length),
        formatValue(own[0]?.mean),
        formatValue(Math.max(...own.map(({ mean }) => mean))),
        formatValue(last?.mean),
        last ? formatEnds(last) : "–",
      ];
    }),
  };
}

function middleOf(blocks: ReportLifetime["blocks"], number: number): number {
  const block = blocks.find((each) => each.number === number && each.type === "test");
  return block ? (block.start + block.end) / 2 : 0;
}
