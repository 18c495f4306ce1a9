import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Report } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toBytes } from "../../lib/numbers.ts";
import { HistoryChart } from "./history-chart.tsx";
import { reportDocumentQuery, reportQuery } from "./queries.ts";
import { SubjectCharts } from "./subject-charts.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/reports/$reportId");

/** A report drawn from its own data, with its files to take away. A point leads to the stream it came from. */
export function ReportPage() {
  const { reportId } = route.useParams();
  const { data: report, error, refetch } = useQuery(reportQuery(reportId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!report) return <PageLoading />;
  return (
    <Page title={report.name} guide="schedules" actions={<ShortId id={report.id} />}>
      <Group gap="md">
        <Text size="sm">
          <TimeAgo at={report.createdAt} />
        </Text>
        {report.scheduleId !== null && (
          <Anchor component={Link} to={`/schedules/${report.scheduleId}`} size="sm">
            {words.bySchedule}
          </Anchor>
        )}
        {report.files.map(({ name, url, sizeBytes }) => (
          <Anchor key={name} href={url} size="sm" target="_blank" rel="noreferrer">
            {name} ({toBytes(sizeBytes)})
          </Anchor>
        ))}
      </Group>
      <Content report={report} />
    </Page>
  );
}

function Content({ report }: { report: Report }) {
  const { data, error, refetch, isPending } = useQuery(reportDocumentQuery(report));
  const navigate = useNavigate();
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (isPending) return <PageLoading />;
  if (!data) return <Empty title={words.nothingToDraw} lead={words.nothingToDrawLead} />;
  return (
    <>
      <HistoryChart report={data} />
      <SubjectCharts
        subjects={data.subjects}
        onPick={(lifetime, { block, task }) => {
          const subject = data.subjects.findIndex(({ lifetimes }) => lifetimes.includes(lifetime));
          const streamId = report.query.streamIds[subject] ?? report.query.streamIds[0];
          if (streamId === undefined) return;
          void navigate({
            to: "/streams/$streamId",
            params: { streamId },
            search: { lifetime: lifetime.name, of: lifetime.name, block, task },
          });
        }}
      />
    </>
  );
}
