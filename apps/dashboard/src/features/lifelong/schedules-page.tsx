import { Anchor, Badge, Code } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Schedule } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toMoment } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { NewScheduleButton } from "./new-schedule-button.tsx";
import { schedulesQuery } from "./queries.ts";
import { ReportTabs } from "./report-tabs.tsx";
import { words } from "./words.ts";

const columns: Column<Schedule>[] = [
  {
    title: strings.common.name,
    cell: ({ id, name }) => (
      <Anchor component={Link} to={`/schedules/${id}`} size="sm" fw={500} className="foreign">
        {name}
      </Anchor>
    ),
  },
  { title: words.cron, cell: ({ cron }) => <Code>{cron}</Code> },
  { title: words.timezone, cell: ({ timezone }) => timezone },
  {
    title: words.next,
    cell: ({ isPaused, nextDueAt }) =>
      isPaused || nextDueAt === null ? (
        <Badge variant="light" color="yellow" tt="none">
          {words.paused}
        </Badge>
      ) : (
        toMoment(nextDueAt)
      ),
  },
  { title: words.last, cell: ({ lastDueAt }) => (lastDueAt === null ? "–" : <TimeAgo at={lastDueAt} />) },
];

export function SchedulesPage() {
  return (
    <Page title={strings.nav.reports} guide="schedules" actions={<NewScheduleButton />}>
      <ReportTabs active="/schedules">
        <PagedTable
          query={schedulesQuery}
          columns={columns}
          label={words.schedules}
          empty={<Empty title={words.noSchedules} lead={words.noSchedulesLead} />}
        />
      </ReportTabs>
    </Page>
  );
}
