import { Code, Grid, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Run } from "@whetstone/schemas/api";
import { lazy, Suspense } from "react";
import { HowComputed } from "../../components/how-computed.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { toCount, toDuration } from "../../lib/numbers.ts";
import { isLive, runQuery } from "./queries.ts";
import { FailuresTable } from "./failures-table.tsx";
import { LoopOfRun } from "./loop-of-run.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunCost } from "./run-cost.tsx";
import { RunProgress } from "./run-progress.tsx";
import { RunStory } from "./run-story.tsx";
import { StageGraph } from "./stage-graph.tsx";
import { TaskMap } from "./task-map.tsx";
import { TasksTable } from "./tasks-table.tsx";
import { useRunEvents } from "./use-run-events.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/runs/$runId");
const TrainingCurve = lazy(() =>
  import("../../components/training-curve.tsx").then((module) => ({ default: module.TrainingCurve })),
);

/** A run as it goes: how far, how fast, what its tasks do, what it made. */
export function RunPage() {
  const { runId } = route.useParams();
  const { data: run, error, refetch } = useQuery(runQuery(runId));
  const events = useRunEvents(run, runId);
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!run) return <PageLoading />;

  return (
    <Page
      title={run.name ?? run.kind}
      guide="leases"
      actions={
        <>
          <ShortId id={run.id} />
          <StatusBadge status={run.status} />
          <RunActions run={run} />
        </>
      }
    >
      {run.error && (
        <Text c="red" size="sm" role="alert" className="foreign">
          {run.error.code}: {run.error.message}
        </Text>
      )}
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Group justify="space-between">
            <RunProgress run={run} />
            <Group gap={4} wrap="nowrap">
              <Pace run={run} />
              <HowComputed of="rate" />
            </Group>
          </Group>
          <StageGraph run={run} />
          <TaskMap run={run} />
        </Stack>
      </Paper>
      {run.kind === "loop" ? <LoopOfRun run={run} /> : <RunCost run={run} />}
      {run.kind === "train" && (
        <Suspense fallback={<PageLoading />}>
          <TrainingCurve runId={run.id} />
        </Suspense>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack>
            <FailuresTable run={run} />
            <TasksTable runId={runId} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack>
            <RunStory events={events} />
            <Counts counts={run.counts} />
            <div>
              <Title order={2}>{words.params}</Title>
              <Code block className="foreign" mah={320} tabIndex={0} role="region" aria-label={words.params}>
                {JSON.stringify(run.params, null, 2)}
              </Code>
            </div>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** Rate and time left from what is done so far; the server's times, so a wrong clock here changes little. */
function Pace({ run }: { run: Run }) {
  if (run.startedAt === null) return <Text size="sm">{words.waiting}</Text>;
  const ms = (run.finishedAt === null ? Date.now() : Date.parse(run.finishedAt)) - Date.parse(run.startedAt);
  const { done, total, unit } = run.progress;
  const perSecond = done / Math.max(1, ms / 1000);
  const facts = [
    `${words.took} ${toDuration(ms)}`,
    ...(done > 0 ? [`${Number(perSecond.toPrecision(3))} ${unit}/s`] : []),
    ...(isLive(run) && done > 0 ? [`${words.left} ${toDuration((1000 * (total - done)) / perSecond)}`] : []),
  ];
  return (
    <Text size="sm" className="tabular">
      {facts.join(" · ")}
    </Text>
  );
}

function Counts({ counts }: { counts: Run["counts"] }) {
  const rows = Object.entries(counts);
  if (rows.length === 0) return null;
  return (
    <div>
      <Title order={2}>{words.counts}</Title>
      <Table>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th>{name}</Table.Th>
              <Table.Td ta="right" className="tabular">
                {toCount(value)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
