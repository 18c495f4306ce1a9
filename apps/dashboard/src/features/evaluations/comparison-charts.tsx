import { Stack } from "@mantine/core";
import { barX, ruleX, ruleY } from "@observablehq/plot";
import type { Comparison, Evaluation } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { toFigure, toRange } from "./format.ts";
import { words } from "./words.ts";

const mostClasses = 20;

type Named = Comparison["evaluations"];

/** Models side by side: main figures with intervals, then classes and slices where they differ most. */
export function ComparisonCharts({ evaluations, names }: { evaluations: Evaluation[]; names: Named }) {
  const nameOf = useMemo(() => new Map(names.map(({ id, model }) => [id, model])), [names]);
  const legend = evaluations.map(({ id }, i) => ({ name: nameOf.get(id) ?? id, colour: colourOf(i) }));
  const mains = useMemo(() => toMains(evaluations, nameOf), [evaluations, nameOf]);
  const classes = useMemo(() => toClasses(evaluations, nameOf), [evaluations, nameOf]);
  const slices = useMemo(() => toSlices(evaluations, nameOf), [evaluations, nameOf]);
  return (
    <Stack>
      <Bars
        title={words.mainFigures}
        caption={words.mainFiguresCaption}
        of="evaluation_interval"
        bars={mains}
        legend={legend}
      />
      <Bars
        title={words.byClass}
        caption={words.byClassCaption(mostClasses)}
        of="meanPerClassRecall"
        bars={classes}
        legend={legend}
      />
      <Bars title={words.bySlice} caption={words.bySliceCaption} of="acc1" bars={slices} legend={legend} />
    </Stack>
  );
}

interface Bar {
  group: string;
  model: string;
  value: number;
  low: number;
  high: number;
  hasInterval: boolean;
  colour: string;
}

function Bars({
  title,
  caption,
  of,
  bars,
  legend,
}: {
  title: string;
  caption: string;
  of: string;
  bars: Bar[];
  legend: { name: string; colour: string }[];
}) {
  const options = useMemo(() => {
    const groups = [...new Set(bars.map(({ group }) => group))];
    const models = [...new Set(bars.map(({ model }) => model))];
    return (width: number) => ({
      height: 40 + groups.length * (14 + 16 * models.length),
      marginLeft: 8,
      marginRight: width < 480 ? 120 : 230,
      fy: {
        domain: groups,
        label: null,
        axis: "right" as const,
        tickFormat: (group: string) => shorten(group, width < 480 ? 18 : 38),
      },
      x: { label: null, grid: true, tickFormat: "%" as const, nice: true },
      y: { axis: null, domain: models },
      marks: [
        barX(bars, { fy: "group", y: "model", x: "value", fill: "colour", inset: 1, rx: 2, tip: true }),
        ruleY(
          bars.filter(({ hasInterval }) => hasInterval),
          { fy: "group", y: "model", x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.5 },
        ),
        ruleX([0]),
      ],
    });
  }, [bars]);
  if (bars.length === 0) return null;
  return (
    <Chart
      title={title}
      caption={caption}
      aside={<HowComputed of={of} />}
      options={options}
      legend={legend}
      table={{
        head: [words.figure, words.model, words.value, words.interval],
        rows: bars.map(({ group, model, value, low, high, hasInterval }) => [
          group,
          model,
          toFigure(value),
          toRange(hasInterval ? { low, high } : null),
        ]),
      }}
    />
  );
}

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

type Names = ReadonlyMap<string, string>;

function toMains(evaluations: readonly Evaluation[], names: Names): Bar[] {
  return evaluations.flatMap(({ id, results }, i) =>
    (results ?? []).flatMap(({ name, scores }) =>
      (scores ?? []).map(({ type, main, intervals }) => {
        const interval = intervals[main.metric];
        return toBar({
          group: `${name} · ${type} · ${main.metric}`,
          model: names.get(id) ?? id,
          value: main.value,
          interval,
          i,
        });
      }),
    ),
  );
}

/** The classes whose recall differs most between the models; a set's lists hold the worst classes alone, so not every model has each. */
function toClasses(evaluations: readonly Evaluation[], names: Names): Bar[] {
  const bars = evaluations.flatMap(({ id, results }, i) =>
    (results ?? []).flatMap(({ name, scores }) =>
      (scores ?? []).flatMap((score) =>
        "classes" in score
          ? score.classes.map((row) => {
              const value = "recall" in row ? row.recall : row.averagePrecision;
              return toBar({ group: `${row.name} (${name})`, model: names.get(id) ?? id, value, i });
            })
          : [],
      ),
    ),
  );
  const spread = new Map<string, number[]>();
  for (const { group, value } of bars) spread.set(group, [...(spread.get(group) ?? []), value]);
  const widest = [...spread]
    .map(([group, values]) => ({ group, width: Math.max(...values) - Math.min(...values) }))
    .toSorted((a, b) => b.width - a.width)
    .slice(0, mostClasses)
    .map(({ group }) => group);
  return widest.flatMap((group) => bars.filter((bar) => bar.group === group));
}

function toSlices(evaluations: readonly Evaluation[], names: Names): Bar[] {
  return evaluations.flatMap(({ id, results }, i) =>
    (results ?? []).flatMap(({ name, scores }) =>
      (scores ?? []).flatMap((score) => {
        const model = names.get(id) ?? id;
        if (score.type === "compositional-pairs")
          return score.subsets.map((subset) =>
            toBar({ group: `${subset.name} (${name})`, model, value: subset.accuracy, interval: subset.interval, i }),
          );
        if (score.type !== "zero-shot-classification" || !score.groups) return [];
        return score.groups.table.map((row) => toBar({ group: `${row.group} (${name})`, model, value: row.acc1, i }));
      }),
    ),
  );
}

interface BarSource {
  group: string;
  model: string;
  value: number;
  interval?: { low: number; high: number } | undefined;
  i: number;
}

const toBar = ({ group, model, value, interval, i }: BarSource): Bar => ({
  group,
  model,
  value,
  low: interval?.low ?? value,
  high: interval?.high ?? value,
  hasInterval: interval !== undefined,
  colour: colourOf(i),
});
