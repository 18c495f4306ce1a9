import { Alert, SimpleGrid, Stack, Text } from "@mantine/core";
import { dot, line, ruleX } from "@observablehq/plot";
import { useQuery } from "@tanstack/react-query";
import type { CurvePoint, TrainingCurve as Curve } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { api } from "../lib/api.ts";
import { strings } from "../strings.ts";
import { Chart, colourOf } from "./chart.tsx";
import { HowComputed } from "./how-computed.tsx";

const { training } = strings;
const askEveryMs = 5_000;
const lossNames = ["loss", "lossClip", "lossHni", "lossTags", "lossDistillation", "lossEwc", "lossL2sp"] as const;
const otherNames = ["learningRate", "logitScale", "gradNorm", "samplesPerSecond"] as const;

/** How a training went or goes: losses by step, looks at held-out samples, alarms. Nothing is drawn while nothing was measured. */
export function TrainingCurve({ runId }: { runId: string }) {
  const { data } = useQuery({
    queryKey: ["runs", runId, "curve"],
    queryFn: () => api.runs.curve(runId),
    refetchInterval: ({ state }) => (state.data?.isLive ? askEveryMs : false),
  });
  if (!data || data.points.length === 0) return null;
  return (
    <Stack>
      {data.alarms.map(({ step, code, message }) => (
        <Alert key={`${step} ${code}`} color="yellow" title={`${training.step} ${step}: ${code}`}>
          <Text size="sm" className="foreign">
            {message}
          </Text>
        </Alert>
      ))}
      <LossChart curve={data} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <LooksChart curve={data} />
        <OthersChart curve={data} />
      </SimpleGrid>
    </Stack>
  );
}

interface Point {
  name: string;
  step: number;
  value: number;
}

function pointsOf({ points }: Curve, names: readonly (keyof CurvePoint)[]): Point[] {
  return names.flatMap((name) =>
    points.flatMap((point) => {
      const value = point[name];
      return typeof value === "number" && Number.isFinite(value) ? [{ name, step: point.step, value }] : [];
    }),
  );
}

const tableOf = (points: readonly Point[]) => ({
  head: [training.step, training.measure, training.value],
  rows: points.map(({ name, step, value }) => [`${step}`, training.names[name] ?? name, value.toPrecision(4)]),
});

function LossChart({ curve }: { curve: Curve }) {
  const points = useMemo(() => pointsOf(curve, lossNames), [curve]);
  const shown = lossNames.filter((name) => points.some((point) => point.name === name));
  const options = useMemo(
    () => () => ({
      height: 280,
      marginLeft: 48,
      x: { label: training.step },
      y: { label: null, grid: true },
      color: { domain: [...lossNames], range: lossNames.map((_, i) => colourOf(i)) },
      marks: [
        line(points, { x: "step", y: "value", z: "name", stroke: "name", strokeWidth: 1.6, tip: true }),
        ...(curve.stop ? [ruleX([curve.stop.bestStep], { stroke: "currentColor", strokeDasharray: "3,3" })] : []),
      ],
    }),
    [points, curve],
  );
  return (
    <Chart
      title={training.loss}
      caption={curve.stop ? training.stopped(curve.stop.step, curve.stop.bestStep) : training.lossCaption}
      aside={<HowComputed of="loss" />}
      options={options}
      legend={shown.map((name) => ({ name: training.names[name] ?? name, colour: colourOf(lossNames.indexOf(name)) }))}
      table={tableOf(points)}
    />
  );
}

function LooksChart({ curve: { looks } }: { curve: Curve }) {
  const options = useMemo(
    () => () => ({
      height: 220,
      marginLeft: 48,
      x: { label: training.step },
      y: { label: null, grid: true, tickFormat: "%" as const },
      marks: [
        line(looks, { x: "step", y: "recallAt1", stroke: colourOf(0) }),
        dot(looks, { x: "step", y: "recallAt1", fill: colourOf(0), r: 3.5, tip: true }),
      ],
    }),
    [looks],
  );
  if (looks.length === 0) return null;
  return (
    <Chart
      title={training.looks}
      caption={looks.every(({ isHeldOut }) => isHeldOut) ? training.looksHeldOut : training.looksSeen}
      options={options}
      table={{
        head: [training.step, training.recall, training.loss],
        rows: looks.map(({ step, recallAt1, loss }) => [
          `${step}`,
          `${(100 * recallAt1).toFixed(1)} %`,
          loss.toPrecision(4),
        ]),
      }}
    />
  );
}

function OthersChart({ curve }: { curve: Curve }) {
  const points = useMemo(() => pointsOf(curve, otherNames), [curve]);
  const shown = otherNames.filter((name) => points.some((point) => point.name === name));
  const options = useMemo(() => {
    const titled = points.map((point) => ({ ...point, title: training.names[point.name] ?? point.name }));
    return () => ({
      height: 40 + 70 * shown.length,
      marginLeft: 56,
      marginRight: 110,
      x: { label: training.step },
      y: { label: null, grid: true, ticks: 3 },
      fy: { label: null },
      // Each on a scale of its own, since they share no unit.
      marks: [
        line(scaled(titled), { fy: "title", x: "step", y: "share", stroke: colourOf(7), strokeWidth: 1.4, tip: true }),
      ],
    });
  }, [points, shown.length]);
  if (shown.length === 0) return null;
  return <Chart title={training.others} caption={training.othersCaption} options={options} table={tableOf(points)} />;
}

/** Values as a share of the largest of their name. */
function scaled<T extends Point>(points: readonly T[]): (T & { share: number })[] {
  const largest = new Map<string, number>();
  for (const { name, value } of points) largest.set(name, Math.max(largest.get(name) ?? 0, Math.abs(value)));
  return points.map((point) => ({ ...point, share: point.value / ((largest.get(point.name) ?? 1) || 1) }));
}
