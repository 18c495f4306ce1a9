import { Alert, Anchor, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Loop } from "@whetstone/schemas/api";
import { lazy, Suspense } from "react";
import { barsOfLoop } from "../../components/bars-of-budget.ts";
import { BudgetBars } from "../../components/budget-bars.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { IterationPanel } from "./iteration-panel.tsx";
import { LoopActions } from "./loop-actions.tsx";
import { LoopStatusBadge } from "./loop-status.tsx";
import { MonitorsTable } from "./monitors-table.tsx";
import { iterationsQuery, loopQuery } from "./queries.ts";
import { RecordTable } from "./record-table.tsx";
import { useLoopEvents } from "./use-loop-events.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/loops/$loopId");
const VerifiedChart = lazy(() => import("./verified-chart.tsx").then((module) => ({ default: module.VerifiedChart })));

/** A loop as it goes: what it spent, how each iteration was judged, and the texts behind it. */
export function LoopPage() {
  const { loopId } = route.useParams();
  const { data: loop, error, refetch } = useQuery(loopQuery(loopId));
  useLoopEvents(loop);
  if (error && !loop) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!loop) return <PageLoading />;

  return (
    <Page
      title={loop.name}
      guide="loops"
      actions={
        <>
          <ShortId id={loop.id} />
          <LoopStatusBadge status={loop.status} />
          <LoopActions loop={loop} />
        </>
      }
    >
      <Origin loop={loop} />
      {loop.reason !== null && (
        <Alert color={loop.status === "failed" ? "red" : "gray"} title={loop.status} variant="light">
          <Text size="sm" className="foreign">
            {loop.reason}
          </Text>
        </Alert>
      )}
      <Paper withBorder p="md" component="section" aria-label={words.budget}>
        <BudgetBars bars={barsOfLoop(loop.budget)} of="budget" />
      </Paper>
      <Iterations loop={loop} />
      <div>
        <Title order={2} mb="xs">
          {words.settings}
        </Title>
        <Code block className="foreign" mah={320} tabIndex={0} role="region" aria-label={words.settings}>
          {JSON.stringify({ ...loop.request, parameters: loop.parameters }, null, 2)}
        </Code>
      </div>
    </Page>
  );
}

function Origin({ loop }: { loop: Loop }) {
  const { method, iteration, runId, streamId, forkOf, createdAt } = loop;
  return (
    <Group gap="md">
      <Text size="sm">{method}</Text>
      <Text size="sm" className="tabular">
        {words.iterations} {iteration.done} / {iteration.total}
      </Text>
      <Anchor component={Link} to={`/runs/${runId}`} size="sm">
        {words.run}
      </Anchor>
      {streamId !== null && (
        <Anchor component={Link} to={`/streams/${streamId}`} size="sm">
          {words.stream}
        </Anchor>
      )}
      {forkOf && (
        <Text size="sm">
          {words.forkedFrom(forkOf.iteration)}{" "}
          <Anchor component={Link} to={`/loops/${forkOf.loopId}`} size="sm" underline="always">
            {words.loop.toLowerCase()}
          </Anchor>
        </Text>
      )}
      <Text size="sm" c="dimmed">
        <TimeAgo at={createdAt} />
      </Text>
    </Group>
  );
}

function Iterations({ loop }: { loop: Loop }) {
  const { iteration: asked, step, verdict } = route.useSearch();
  const { data, error, refetch } = useQuery(iterationsQuery(loop.id));
  if (error && !data) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  const { iterations, hasEarlier } = data;
  const chosen = iterations.find(({ number }) => number === asked) ?? iterations.at(-1);
  if (!chosen)
    return (
      <Text size="sm" c="dimmed">
        {words.waiting}
      </Text>
    );
  return (
    <Stack gap="lg">
      <Suspense fallback={<PageLoading />}>
        <VerifiedChart iterations={iterations} />
      </Suspense>
      <div>
        <Title order={2}>{words.monitors}</Title>
        {hasEarlier && (
          <Text size="xs" c="dimmed">
            {words.lastOnly(iterations.length)}
          </Text>
        )}
        <MonitorsTable iterations={iterations} promoted={loop.promoted} chosen={chosen.number} />
      </div>
      <IterationPanel loop={loop} iteration={chosen} />
      <RecordTable loopId={loop.id} iteration={chosen} step={step} verdict={verdict} />
    </Stack>
  );
}
