import { Anchor, Grid, Group, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Model } from "@whetstone/schemas/api";
import { lazy, Suspense } from "react";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { SimpleTable } from "../../components/simple-table.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toBytes } from "../../lib/numbers.ts";
import { flatten } from "./flatten.ts";
import { Lineage } from "./lineage.tsx";
import { modelQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/models/$modelId");
const TrainingCurve = lazy(() =>
  import("../../components/training-curve.tsx").then((module) => ({ default: module.TrainingCurve })),
);

/** Where a model comes from, how its training went, what it is made of. */
export function ModelPage() {
  const { modelId } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(modelId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!model) return <PageLoading />;
  const metrics = flatten(model.metrics);

  return (
    <Page
      title={`${model.name} ${model.number}`}
      guide="train"
      actions={
        <>
          <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/playground" search={{ model: model.id }} />}>
            {words.playground}
          </Anchor>
          <ShortId id={model.id} />
        </>
      }
    >
      <Group justify="space-between">
        <Lineage model={model} />
        <Text size="sm" c="dimmed">
          <TimeAgo at={model.createdAt} />
        </Text>
      </Group>
      {model.runId !== null && (
        <Suspense fallback={<PageLoading />}>
          <TrainingCurve runId={model.runId} />
        </Suspense>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Title order={2}>{words.files}</Title>
          <Files model={model} />
        </Grid.Col>
        {metrics.length > 0 && (
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Title order={2}>{words.metrics}</Title>
            <SimpleTable label={words.metrics} head={[words.measure, words.value]} rows={metrics} maxHeight={420} />
          </Grid.Col>
        )}
      </Grid>
    </Page>
  );
}

function Files({ model: { files, hash } }: { model: Model }) {
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table aria-label={words.files}>
        <Table.Tbody>
          {files.map(({ name, sizeBytes, sha256 }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right" className="tabular">
                {toBytes(sizeBytes)}
              </Table.Td>
              <Table.Td>
                <ShortId id={`sha256_${sha256}`} />
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th colSpan={2}>{words.hash}</Table.Th>
            <Table.Td>
              <ShortId id={`sha256_${hash}`} />
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
