import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Stream } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toCount } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { streamsQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Stream>[] = [
  {
    title: strings.common.name,
    cell: ({ id, name }) => (
      <Anchor component={Link} to={`/streams/${id}`} size="sm" fw={500} className="foreign">
        {name}
      </Anchor>
    ),
  },
  { title: words.scenario, cell: ({ scenario }) => scenario.scenarioType ?? "–" },
  { title: words.measures, cell: ({ metricsColumns }) => <Text size="xs">{metricsColumns.join(", ")}</Text> },
  { title: words.lifetimes, isNumber: true, cell: ({ lifetimeCount }) => toCount(lifetimeCount) },
  { title: words.experiences, isNumber: true, cell: ({ rowCount }) => toCount(rowCount) },
  { title: strings.common.id, cell: ({ id }) => <ShortId id={id} /> },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function StreamsPage() {
  return (
    <Page title={strings.nav.lifelong} guide="streams">
      <PagedTable
        query={streamsQuery}
        columns={columns}
        label={words.streams}
        empty={<Empty title={words.noStreams} lead={words.noStreamsLead} command={words.streamExample} />}
      />
    </Page>
  );
}
