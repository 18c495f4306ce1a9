import { Anchor, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Dataset } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { useScope } from "../../lib/session.ts";
import { strings } from "../../strings.ts";
import { datasetsQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Dataset>[] = [
  {
    title: strings.common.name,
    cell: ({ id, name, description }) => (
      <>
        <Anchor component={Link} to={`/datasets/${id}`} fw={500} size="sm" className="foreign">
          {name}
        </Anchor>
        {description !== "" && (
          <Text c="dimmed" size="xs" lineClamp={2} className="foreign">
            {description}
          </Text>
        )}
      </>
    ),
  },
  {
    title: words.latest,
    cell: ({ latestVersionId }) =>
      latestVersionId === null ? (
        "–"
      ) : (
        <Group gap="xs" wrap="nowrap">
          <Anchor component={Link} to={`/versions/${latestVersionId}`} size="sm">
            {words.open}
          </Anchor>
          <ShortId id={latestVersionId} />
        </Group>
      ),
  },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function DatasetsPage() {
  const mayWrite = useScope("datasets:write");
  return (
    <Page
      title={strings.nav.datasets}
      guide="ingest"
      actions={
        mayWrite && (
          <Button component={Link} to="/datasets/new">
            {words.new}
          </Button>
        )
      }
    >
      <PagedTable
        query={datasetsQuery}
        columns={columns}
        label={strings.nav.datasets}
        empty={
          <Empty title={words.none} lead={words.noneLead} command={words.push}>
            <Button component={Link} to="/datasets/new" size="sm">
              {words.first}
            </Button>
          </Empty>
        }
      />
    </Page>
  );
}
