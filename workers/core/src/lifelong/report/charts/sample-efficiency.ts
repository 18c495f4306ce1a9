import { line, dot } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatValue } from "../metric-words.ts";

const expertColour = "#8a8f98";
type Points = readonly (readonly [number, number])[];

/** The best level reached so far over experience, beside the experts': who gets there sooner, and higher. */
export function drawSampleEfficiency({
  learning,
  experts,
  tasks,
  taskMetrics,
  name,
}: ReportLifetime): Chart | undefined {
  const shown = learning.filter(({ task }) => experts.some((expert) => expert.task === task));
  if (shown.length === 0) return undefined;
  const own = shown.flatMap(({ task, points }) => toBest(points).map(([x, y]) => ({ task, x, y })));
  const others = experts.flatMap(({ task, points }, run) =>
    toBest(points).map(([x, y]) => ({ task, x, y, run: `${task} ${run}` })),
  );
  const marks = shown.flatMap(({ task, points }) => {
    const [x, y] = toBest(points).find(([, level], _, all) => level >= (all.at(-1)?.[1] ?? 0)) ?? [0, 0];
    return [{ task, x, y }];
  });
  const colour = ({ task }: { task: string }): string => colourOf(tasks.indexOf(task));
  const svg = draw(
    {
      height: 60 + 84 * shown.length,
      marginLeft: 44,
      marginRight: 90,
      fy: { domain: shown.map(({ task }) => task), label: null },
      x: { label: "experiences of the task", grid: true },
      y: { label: null, ticks: 3, grid: true },
      marks: [
        line(others, {
          fy: "task",
          x: "x",
          y: "y",
          z: "run",
          stroke: expertColour,
          strokeDasharray: "5,3",
          curve: "step-after",
        }),
        line(own, { fy: "task", x: "x", y: "y", stroke: colour, strokeWidth: 1.8, curve: "step-after" }),
        dot(marks, { fy: "task", x: "x", y: "y", fill: colour, r: 4 }),
      ],
    },
    "best level so far over experience",
  );
  return {
    id: "efficiency",
    title: "Sample efficiency",
    caption: `Best level so far in ${name}; the dot is where the best is reached. Dashed: experts, who learn this task alone.`,
    svg,
    legend: [
      ...shown.map(({ task }) => ({ name: task, colour: colour({ task }) })),
      { name: "expert", colour: expertColour },
    ],
    head: ["task", "sample efficiency", "performance relative to experts"],
    rows: shown.map(({ task }) => [
      task,
      formatValue(taskMetrics[task]?.["sample_efficiency"]),
      formatValue(taskMetrics[task]?.["ste_rel_perf"]),
    ]),
  };
}

function toBest(points: Points): [number, number][] {
  let best = Number.NEGATIVE_INFINITY;
  return points.map(([x, y]) => {
    best = Math.max(best, y);
    return [x, best];
  });
}
