import { line, ruleX } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { colourOf, draw } from "../draw.ts";
import { formatValue } from "../metric-words.ts";

const expertColour = "#8a8f98";

/** Each task's learning curve over its own experiences, with the borders of its blocks and its experts' curves. */
export function drawLearningCurves({ learning, experts, tasks, name }: ReportLifetime): Chart | undefined {
  if (learning.length === 0) return undefined;
  const own = learning.flatMap(({ task, points }) => points.map(([x, y]) => ({ task, x, y })));
  const others = experts.flatMap(({ task, points }, run) =>
    points.map(([x, y]) => ({ task, x, y, run: `${task} ${run}` })),
  );
  const borders = learning.flatMap(({ task, borders: places }) => places.map((x) => ({ task, x })));
  const shown = learning.map(({ task }) => task);
  const svg = draw(
    {
      height: 60 + 96 * shown.length,
      marginLeft: 44,
      marginRight: 90,
      fy: { domain: shown, label: null },
      x: { label: "experiences of the task", grid: true },
      y: { label: null, ticks: 4, grid: true },
      marks: [
        ruleX(borders, { fy: "task", x: "x", stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2,3" }),
        line(others, {
          fy: "task",
          x: "x",
          y: "y",
          z: "run",
          stroke: expertColour,
          strokeWidth: 1.2,
          strokeDasharray: "5,3",
        }),
        line(own, {
          fy: "task",
          x: "x",
          y: "y",
          stroke: ({ task }: { task: string }) => colourOf(tasks.indexOf(task)),
          strokeWidth: 1.8,
        }),
      ],
    },
    `learning curves of ${shown.join(", ")}`,
  );
  const legend = shown.map((task) => ({ name: task, colour: colourOf(tasks.indexOf(task)) }));
  return {
    id: "learning",
    title: "Learning curves by task",
    caption: `Performance over the experiences of each task in ${name}, its blocks joined; dotted lines are where a later block of the task begins${others.length > 0 ? ", dashed curves are its experts" : ""}.`,
    svg,
    legend: others.length > 0 ? [...legend, { name: "expert", colour: expertColour }] : legend,
    head: ["task", "blocks", "experiences", "first level", "last level", "best expert's last level"],
    rows: learning.map(({ task, points, borders: places }) => {
      const ends = experts
        .filter((expert) => expert.task === task)
        .map(({ points: all }) => all.at(-1)?.[1] ?? Number.NaN);
      const last = points.at(-1);
      return [
        task,
        String(places.length + 1),
        last ? String(Math.round(last[0]) + 1) : "–",
        formatValue(points[0]?.[1]),
        formatValue(last?.[1]),
        ends.length > 0 ? formatValue(Math.max(...ends)) : "–",
      ];
    }),
  };
}
