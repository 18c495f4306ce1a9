import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Run } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toCount, toDuration, toMoney } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { usageOfRunsQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Run>[] = [
  {
    title: words.run,
    cell: ({ id, name, kind }) => (
      <Anchor component={Link} to={`/runs/${id}`} size="sm" className="foreign">
        {name ?? kind}
      </Anchor>
    ),
  },
  { title: words.kind, cell: ({ kind }) => kind },
  {
    title: words.runTime,
    isNumber: true,
    cell: ({ startedAt, finishedAt }) =>
      startedAt === null
        ? "–"
        : toDuration((finishedAt === null ? Date.now() : Date.parse(finishedAt)) - Date.parse(startedAt)),
  },
  {
    title: words.money,
    isNumber: true,
    cell: ({ budget: { spent } }) => (spent.money === null ? "–" : toMoney(spent.money)),
  },
  { title: words.tasks, isNumber: true, cell: ({ tasks }) => toCount(tasks.succeeded) },
  {
    title: words.counted,
    cell: ({ counts }) => (
      <Text size="xs" className="tabular">
        {Object.entries(counts)
          .map(([name, value]) => `${name} ${toCount(value)}`)
          .join(" · ") || "–"}
      </Text>
    ),
  },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

/** What each run took and counted, the latest first. */
export function UsageOfRuns() {
  return (
    <Stack gap="xs">
      <Title order={2}>{words.byRun}</Title>
      <PagedTable
        query={usageOfRunsQuery}
        columns={columns}
        label={words.byRun}
        empty={<Empty title={words.noUsage} lead={words.noUsageLead} />}
      />
    </Stack>
  );
}
