import { Group, SegmentedControl, Stack } from "@mantine/core";
import { rectY, ruleY } from "@observablehq/plot";
import { useQuery } from "@tanstack/react-query";
import type { UsageDay } from "@whetstone/schemas/api";
import { useMemo, useState } from "react";
import { Chart, colourOf } from "../../components/chart.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { toCount, toDuration, toMoney } from "../../lib/numbers.ts";
import { usageQuery } from "./queries.ts";
import { UsageOfRuns } from "./usage-of-runs.tsx";
import { words } from "./words.ts";

const spans = ["7", "30", "90"];

/** What the workspace's runs did: by day and kind as a chart, by run as a list. */
export function UsagePanel() {
  const [days, setDays] = useState("30");
  const { data, error, refetch } = useQuery(usageQuery(Number(days)));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  return (
    <Stack>
      <Group justify="flex-end">
        <SegmentedControl
          size="xs"
          value={days}
          onChange={setDays}
          aria-label={words.span}
          data={spans.map((span) => ({ value: span, label: words.days(span) }))}
        />
      </Group>
      {data.data.length === 0 ? (
        <Empty title={words.noUsage} lead={words.noUsageLead} />
      ) : (
        <DaysChart days={data.data} from={data.from} to={data.to} />
      )}
      <UsageOfRuns />
    </Stack>
  );
}

/** One sum a currency; runs that had no prices are said to be missing from it. */
function describeMoney({ money, runs, runsWithoutPrices }: UsageDay): string {
  if (money.length === 0) return "–";
  const sums = money.map(toMoney).join(" + ");
  return runsWithoutPrices === 0 || runsWithoutPrices === runs
    ? sums
    : `${sums} (${words.withoutPrices(runsWithoutPrices)})`;
}

function DaysChart({ days, from, to }: { days: UsageDay[]; from: string; to: string }) {
  const kinds = useMemo(() => [...new Set(days.map(({ kind }) => kind))].toSorted(), [days]);
  const options = useMemo(() => {
    const bars = days.map((day) => ({
      ...day,
      at: new Date(day.day),
      hours: day.runSeconds / 3600,
      colour: colourOf(kinds.indexOf(day.kind)),
    }));
    return () => ({
      height: 220,
      marginLeft: 48,
      x: { label: null, domain: [new Date(from), new Date(Date.parse(to) + 86_400_000)], type: "utc" as const },
      y: { label: words.hours, grid: true },
      marks: [rectY(bars, { x: "at", y: "hours", fill: "colour", interval: "day", tip: true }), ruleY([0])],
    });
  }, [days, kinds, from, to]);
  const names = [...new Set(days.flatMap(({ counts }) => Object.keys(counts)))].toSorted();
  return (
    <Chart
      title={words.byDay}
      caption={words.byDayCaption}
      aside={<HowComputed of="usage" />}
      options={options}
      legend={kinds.map((name, i) => ({ name, colour: colourOf(i) }))}
      table={{
        head: [
          words.day,
          words.kind,
          words.runs,
          words.runTime,
          words.runnerTime,
          words.money,
          words.tasks,
          words.failedTasks,
          ...names,
        ],
        rows: days.map((day) => [
          day.day,
          day.kind,
          toCount(day.runs),
          toDuration(1000 * day.runSeconds),
          toDuration(1000 * day.runnerSeconds),
          describeMoney(day),
          toCount(day.succeededTasks),
          toCount(day.failedTasks),
          ...names.map((name) => (day.counts[name] === undefined ? "–" : toCount(day.counts[name]))),
        ]),
      }}
    />
  );
}
