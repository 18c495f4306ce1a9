import { Anchor, Badge, Code, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ScheduleRun, WebhookDelivery } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toMoment } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { reportDeliveriesQuery, scheduleQuery, scheduleRunsQuery } from "./queries.ts";
import { ScheduleActions } from "./schedule-actions.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/schedules/$scheduleId");

/** When a report is made, what came of it each time, and whether webhooks took it. */
export function SchedulePage() {
  const { scheduleId } = route.useParams();
  const { data: schedule, error, refetch } = useQuery(scheduleQuery(scheduleId));
  const { data: deliveries = [] } = useQuery(reportDeliveriesQuery);
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!schedule) return <PageLoading />;
  const { id, name, cron, timezone, isPaused, nextDueAt, report } = schedule;
  return (
    <Page
      title={name}
      guide="schedules"
      actions={
        <>
          <ShortId id={id} />
          <ScheduleActions schedule={schedule} />
        </>
      }
    >
      <Group gap="md">
        <Code>{cron}</Code>
        <Text size="sm">{timezone}</Text>
        <Text size="sm">
          {words.next}: {isPaused || nextDueAt === null ? words.paused : toMoment(nextDueAt)}
        </Text>
        {report.streamIds.map((streamId) => (
          <Anchor key={streamId} component={Link} to={`/streams/${streamId}`} size="sm">
            {streamId.slice(0, 12)}
          </Anchor>
        ))}
      </Group>
      <Title order={2}>{words.deliveries}</Title>
      <PagedTable
        query={scheduleRunsQuery(id)}
        columns={columnsWith(deliveries)}
        label={words.deliveries}
        empty={<Empty title={words.noRuns} lead={words.noRunsLead} />}
      />
    </Page>
  );
}

const columnsWith = (deliveries: readonly WebhookDelivery[]): Column<ScheduleRun>[] => [
  { title: words.due, cell: ({ dueAt }) => <TimeAgo at={dueAt} /> },
  { title: words.trigger, cell: ({ trigger }) => trigger },
  { title: strings.common.status, cell: ({ status }) => <StatusBadge status={status} /> },
  {
    title: words.report,
    cell: ({ reportId }) =>
      reportId === null ? (
        "–"
      ) : (
        <Anchor component={Link} to={`/reports/${reportId}`} size="sm">
          {words.report}
        </Anchor>
      ),
  },
  {
    title: words.event,
    cell: ({ reportId }) => <Delivered to={deliveries.filter(({ event }) => event.data.id === reportId)} />,
  },
  {
    title: words.problem,
    cell: ({ error }) =>
      error && (
        <Text size="xs" c="red" className="foreign">
          {error.code}: {error.message}
        </Text>
      ),
  },
];

const colours = { delivered: "green", pending: "blue", dead: "red" } as const;

function Delivered({ to }: { to: WebhookDelivery[] }) {
  if (to.length === 0)
    return (
      <Text size="xs" c="dimmed">
        {words.undelivered}
      </Text>
    );
  return to.map(({ id, status, attempts }) => (
    <Badge key={id} variant="light" color={colours[status]} tt="none">
      {status}, {attempts} {words.tries}
    </Badge>
  ));
}
