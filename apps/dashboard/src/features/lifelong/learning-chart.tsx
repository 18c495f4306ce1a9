import { line, pointer, dot, ruleX } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { toValue } from "./format.ts";
import type { Place } from "./place.ts";
import { words } from "./words.ts";

const expertColour = "#8a8f98";

/** Each task's learning curve over its own experiences, with the borders of its blocks and its experts' curves. */
export function LearningChart({ lifetime, onPick }: { lifetime: ReportLifetime; onPick?: (place: Place) => void }) {
  const { learning, experts, tasks, name } = lifetime;
  const options = useMemo(() => draw(lifetime), [lifetime]);
  const pick = useMemo(
    () =>
      onPick &&
      ((datum: unknown) => {
        const { task, x } = datum as Point;
        const curve = learning.find((each) => each.task === task);
        const block = curve?.blocks?.[curve.borders.filter((border) => border <= x).length];
        if (block !== undefined) onPick({ block, task });
      }),
    [onPick, learning],
  );
  if (learning.length === 0) return null;
  const legend = learning.map(({ task }) => ({ name: task, colour: colourOf(tasks.indexOf(task)) }));
  return (
    <Chart
      title={words.learning}
      caption={words.learningCaption(name)}
      options={options}
      legend={experts.length > 0 ? [...legend, { name: words.expert, colour: expertColour }] : legend}
      {...(pick ? { onPick: pick } : {})}
      table={{
        head: [words.task, words.experience, words.value],
        rows: learning.flatMap(({ task, points }) => points.map(([x, y]) => [task, String(Math.round(x)), toValue(y)])),
      }}
    />
  );
}

interface Point {
  task: string;
  x: number;
  y: number;
  colour: string;
}

function draw({ learning, experts, tasks }: ReportLifetime) {
  const own: Point[] = learning.flatMap(({ task, points }) =>
    points.map(([x, y]) => ({ task, x, y, colour: colourOf(tasks.indexOf(task)) })),
  );
  const others = experts.flatMap(({ task, points }, run) => points.map(([x, y]) => ({ task, x, y, run })));
  const borders = learning.flatMap(({ task, borders: places }) => places.map((x) => ({ task, x })));
  const shown = learning.map(({ task }) => task);
  return () => ({
    height: 56 + 104 * shown.length,
    marginLeft: 44,
    marginRight: 96,
    fy: { domain: shown, label: null },
    x: { label: "experiences of the task", grid: true },
    y: { label: null, ticks: 4, grid: true },
    marks: [
      ruleX(borders, { fy: "task", x: "x", stroke: "currentColor", strokeOpacity: 0.4, strokeDasharray: "2,3" }),
      line(others, {
        fy: "task",
        x: "x",
        y: "y",
        z: "run",
        stroke: expertColour,
        strokeWidth: 1.2,
        strokeDasharray: "5,3",
      }),
      line(own, { fy: "task", x: "x", y: "y", stroke: "colour", z: "task", strokeWidth: 1.8 }),
      dot(
        own,
        pointer({
          fy: "task",
          x: "x",
          y: "y",
          r: 4,
          fill: "colour",
          tip: true,
          title: ({ task, x, y }: Point) => `${task}\nexperience ${Math.round(x)}\n${toValue(y)}`,
        }),
      ),
    ],
  });
}
