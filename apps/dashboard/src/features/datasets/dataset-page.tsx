import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Version } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toBytes, toCount } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { datasetQuery, versionsQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/datasets/$datasetId");

const columns: Column<Version>[] = [
  {
    title: words.version,
    cell: ({ id, number }) => (
      <Anchor component={Link} to={`/versions/${id}`} size="sm" style={{ whiteSpace: "nowrap" }}>
        {words.versionName(number)}
      </Anchor>
    ),
  },
  { title: words.madeBy, cell: ({ runId }) => <RunLink id={runId} /> },
  { title: words.layers, cell: ({ layers }) => layers.join(", ") },
  { title: words.samples, isNumber: true, cell: ({ sampleCount }) => toCount(sampleCount) },
  { title: words.rejects, isNumber: true, cell: ({ rejectCount }) => toCount(rejectCount) },
  { title: words.size, isNumber: true, cell: ({ sizeBytes }) => toBytes(sizeBytes) },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

/** A dataset: its versions, newest first, and the run that made each from the one before. */
export function DatasetPage() {
  const { datasetId } = route.useParams();
  const { data: dataset, error, refetch } = useQuery(datasetQuery(datasetId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!dataset) return <PageLoading />;

  return (
    <Page title={dataset.name} actions={<ShortId id={dataset.id} />}>
      {dataset.description !== "" && (
        <Text c="dimmed" className="foreign">
          {dataset.description}
        </Text>
      )}
      <PagedTable
        query={versionsQuery(datasetId)}
        columns={columns}
        label={words.versions}
        empty={
          <Empty
            title={words.noVersions}
            lead={words.noVersionsLead}
            command={`npx whetstone dataset push ./photos.zip --name ${dataset.name}`}
          />
        }
      />
    </Page>
  );
}

const RunLink = ({ id }: { id: string }) => (
  <Anchor component={Link} to={`/runs/${id}`} size="sm">
    {words.run}
  </Anchor>
);
