import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Report } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { strings } from "../../strings.ts";
import { NewReportButton } from "./new-report-button.tsx";
import { reportsQuery } from "./queries.ts";
import { ReportTabs } from "./report-tabs.tsx";
import { words } from "./words.ts";

const columns: Column<Report>[] = [
  {
    title: strings.common.name,
    cell: ({ id, name }) => (
      <Anchor component={Link} to={`/reports/${id}`} size="sm" fw={500} className="foreign">
        {name}
      </Anchor>
    ),
  },
  { title: words.streams, isNumber: true, cell: ({ query }) => query.streamIds.length },
  {
    title: words.made,
    cell: ({ scheduleId }) =>
      scheduleId === null ? (
        words.byHand
      ) : (
        <Anchor component={Link} to={`/schedules/${scheduleId}`} size="sm">
          {words.bySchedule}
        </Anchor>
      ),
  },
  { title: strings.common.id, cell: ({ id }) => <ShortId id={id} /> },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function ReportsPage() {
  return (
    <Page title={strings.nav.reports} guide="schedules" actions={<NewReportButton />}>
      <ReportTabs active="/reports">
        <PagedTable
          query={reportsQuery}
          columns={columns}
          label={words.reports}
          empty={<Empty title={words.noReports} lead={words.noReportsLead} />}
        />
      </ReportTabs>
    </Page>
  );
}
