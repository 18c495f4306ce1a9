import { Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { barX, ruleX, ruleY } from "@observablehq/plot";
import type { ReportMean, ReportSubject } from "@whetstone/schemas/api";
import { useMemo } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { definitions } from "../../definitions.ts";
import { neutralOf, toEnds, toValue } from "./format.ts";
import { words } from "./words.ts";

interface Bar {
  label: string;
  metric: string;
  subject: string;
  neutral: number;
  mean: number;
  low: number;
  high: number;
  interval: ReportMean["interval"];
  lifetimeCount: number;
  colour: string;
}

export const titleOf = (metric: string): string => definitions[metric]?.title ?? metric;

/** The lifelong metrics of learners: a number each with its interval, then what has a "no effect" as bars around it. */
export function MetricBars({ subjects }: { subjects: readonly ReportSubject[] }) {
  const bars = useMemo(() => toBars(subjects), [subjects]);
  const options = useMemo(() => draw(bars), [bars]);
  return (
    <Stack>
      {subjects.map((subject) => (
        <Figures key={subject.name} subject={subject} isAlone={subjects.length === 1} />
      ))}
      {bars.length > 0 && (
        <Chart
          title={words.metrics}
          caption={words.metricsCaption}
          aside={<HowComputed of="lifelong_interval" />}
          options={options}
          legend={subjects.map(({ name }, i) => ({ name, colour: colourOf(i) }))}
          table={{
            head: [words.metric, words.of, words.mean, words.interval, words.neutral, words.count],
            rows: bars.map((bar) => [
              titleOf(bar.metric),
              bar.subject,
              toValue(bar.mean),
              toEnds(bar.interval),
              String(bar.neutral),
              String(bar.lifetimeCount),
            ]),
          }}
        />
      )}
    </Stack>
  );
}

/** A plot a metric, since each has a scale of its own. */
function draw(bars: readonly Bar[]) {
  return (width: number) =>
    [...new Set(bars.map(({ metric }) => metric))].map((metric) => {
      const own = bars.filter((bar) => bar.metric === metric);
      const sure = own.filter(({ interval }) => interval !== null);
      const ends = own.flatMap(({ low, high, mean, neutral }) => [low, high, mean, neutral]);
      const margin = (Math.max(...ends) - Math.min(...ends)) * 0.08 || 0.5;
      return {
        height: 34 + 22 * own.length,
        marginTop: 6,
        marginBottom: 22,
        marginLeft: width < 480 ? 130 : 230,
        marginRight: 16,
        x: { label: null, grid: true, ticks: 5, domain: [Math.min(...ends) - margin, Math.max(...ends) + margin] },
        y: { label: null, tickSize: 0, domain: own.map(({ label }) => label) },
        marks: [
          barX(own, { x1: "neutral", x2: "mean", y: "label", fill: "colour", fillOpacity: 0.75, rx: 2, inset: 3 }),
          ruleY(sure, { x1: "low", x2: "high", y: "label", stroke: "currentColor", strokeWidth: 1.5 }),
          ruleX([own[0]?.neutral ?? 0], { stroke: "currentColor", strokeOpacity: 0.6 }),
        ],
      };
    });
}

function Figures({ subject, isAlone }: { subject: ReportSubject; isAlone: boolean }) {
  const figures = Object.entries(subject.means).filter(([, { mean }]) => mean !== null);
  return (
    <Stack gap="xs">
      {!isAlone && (
        <Title order={2} className="foreign">
          {subject.name}
        </Title>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 5 }} spacing="xs">
        {figures.map(([metric, { mean, interval }]) => (
          <Paper key={metric} withBorder px="sm" py="xs">
            <Group gap={2} wrap="nowrap" justify="space-between">
              <Text size="xs" c="dimmed">
                {titleOf(metric)}
              </Text>
              <HowComputed of={metric} />
            </Group>
            <Text size="xl" fw={600} className="tabular">
              {toValue(mean)}
            </Text>
            <Text size="xs" c="dimmed" className="tabular">
              {toEnds(interval)}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function toBars(subjects: readonly ReportSubject[]): Bar[] {
  return subjects.flatMap(({ name, means }, i) =>
    Object.entries(means).flatMap(([metric, { mean, interval, lifetimeCount }]) => {
      const none = neutralOf(metric);
      if (mean === null || none === undefined) return [];
      const label = subjects.length > 1 ? `${titleOf(metric)} · ${name}` : titleOf(metric);
      const ends = { low: interval?.low ?? mean, high: interval?.high ?? mean };
      return [
        { label, metric, subject: name, neutral: none, mean, ...ends, interval, lifetimeCount, colour: colourOf(i) },
      ];
    }),
  );
}
