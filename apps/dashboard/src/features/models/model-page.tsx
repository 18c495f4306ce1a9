import { Anchor, Code, Grid, Table, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Model } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toBytes } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { modelQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/models/$modelId");

/** Where a model comes from, what it is made of and what its training measured. */
export function ModelPage() {
  const { modelId } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(modelId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!model) return <PageLoading />;

  return (
    <Page title={`${model.name} ${model.number}`} actions={<ShortId id={model.id} />}>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Title order={2}>{words.lineage}</Title>
          <Lineage model={model} />
          <Title order={2} mt="md">
            {words.files}
          </Title>
          <Files files={model.files} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Title order={2}>{words.metrics}</Title>
          <Code block>{JSON.stringify(model.metrics, null, 2)}</Code>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Lineage({ model }: { model: Model }) {
  const from = [
    [words.parent, model.parentId, "/models/"],
    [words.data, model.versionId, "/versions/"],
    [words.run, model.runId, "/runs/"],
  ] as const;
  return (
    <Table variant="vertical" withTableBorder>
      <Table.Tbody>
        {from.map(([what, id, path]) => (
          <Table.Tr key={what}>
            <Table.Th w={180}>{what}</Table.Th>
            <Table.Td>
              {id === null ? (
                "–"
              ) : (
                <Anchor component={Link} to={`${path}${id}`} size="sm">
                  {id}
                </Anchor>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th>{words.hash}</Table.Th>
          <Table.Td>
            <ShortId id={`sha256_${model.hash}`} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>{strings.common.created}</Table.Th>
          <Table.Td>
            <TimeAgo at={model.createdAt} />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

function Files({ files }: { files: Model["files"] }) {
  return (
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
      </Table.Tbody>
    </Table>
  );
}
