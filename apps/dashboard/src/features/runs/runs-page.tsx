import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Run } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toCount } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { runsQuery } from "./queries.ts";
import { RunProgress } from "./run-progress.tsx";
import { words } from "./words.ts";

const columns: Column<Run>[] = [
  { title: strings.common.id, cell: ({ id }) => <ShortId id={id} /> },
  {
    title: words.kind,
    cell: ({ id, kind }) => (
      <Anchor component={Link} to={`/runs/${id}`} size="sm">
        {kind}
      </Anchor>
    ),
  },
  {
    title: strings.common.name,
    cell: ({ name }) => (
      <Text size="sm" className="foreign">
        {name ?? "–"}
      </Text>
    ),
  },
  { title: strings.common.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: words.progress, cell: (run) => <RunProgress run={run} /> },
  { title: words.failed, isNumber: true, cell: ({ tasks }) => toCount(tasks.failed) },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function RunsPage() {
  return (
    <Page title={strings.nav.runs} guide="leases">
      <PagedTable
        query={runsQuery}
        columns={columns}
        label={strings.nav.runs}
        empty={<Empty title={words.none} lead={words.noneLead} />}
      />
    </Page>
  );
}
