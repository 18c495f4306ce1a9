import { Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Model, Version } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { useScope } from "../../lib/session.ts";
import type { PlaygroundSearch } from "../../lib/version-search.ts";
import { strings } from "../../strings.ts";
import { Asker } from "./asker.tsx";
import { Embedder } from "./embedder.tsx";
import { Found } from "./found.tsx";
import { datasetsQuery, embedderQuery, modelsQuery, versionQuery, versionsQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/playground");

/** Text to images and image to texts, on a model and a version one chooses. The address holds the choice and what was found. */
export function PlaygroundPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/playground" });
  const models = useQuery(modelsQuery);
  const version = useQuery({ ...versionQuery(search.version ?? ""), enabled: search.version !== undefined });
  const change = (part: PlaygroundSearch) => void navigate({ search: (old) => ({ ...old, ...part }) });
  const embedder = useQuery(embedderQuery(version.data));
  // Without a choice of one's own the version's embeddings say which model it is.
  const chosen = { ...search, model: search.model ?? embedder.data ?? undefined };
  const error = models.error ?? version.error ?? embedder.error;
  return (
    <Page title={strings.nav.playground} guide="select">
      <Text c="dimmed">{words.lead}</Text>
      {error && (
        <LoadError
          error={error}
          onRetry={() => void Promise.all([models, version, embedder].map(({ refetch }) => refetch()))}
        />
      )}
      {!error && !models.data && <PageLoading />}
      {models.data?.data.length === 0 && (
        <Empty title={words.noModels} lead={words.noModelsLead} command={words.noModelsExample} />
      )}
      {!error && models.data && models.data.data.length > 0 && (
        <>
          <Chooser models={models.data.data} version={version.data} search={chosen} onChange={change} />
          {search.version === undefined && <Text>{words.chooseLead}</Text>}
          {search.version !== undefined && (!version.data || embedder.data === undefined) && <PageLoading />}
          {version.data && embedder.data !== undefined && (
            <Playing
              version={version.data}
              embedderId={embedder.data}
              models={models.data.data}
              search={chosen}
              onChange={change}
            />
          )}
        </>
      )}
    </Page>
  );
}

interface Props {
  models: Model[];
  search: PlaygroundSearch;
  onChange: (part: PlaygroundSearch) => void;
}

/** The dataset, its version, the model. */
function Chooser({ models, version, search, onChange }: Props & { version: Version | undefined }) {
  const datasets = useQuery(datasetsQuery);
  const datasetId = version?.datasetId ?? search.dataset;
  const versions = useQuery({ ...versionsQuery(datasetId ?? ""), enabled: datasetId !== undefined });
  const startAfresh = { run: undefined, embed: undefined };
  return (
    <Group gap="sm">
      <Select
        label={words.dataset}
        placeholder={words.choose}
        data={(datasets.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={datasetId ?? null}
        allowDeselect={false}
        searchable
        w={220}
        onChange={(id) => {
          const latest = datasets.data?.data.find((dataset) => dataset.id === id)?.latestVersionId;
          onChange({ dataset: id ?? undefined, version: latest ?? undefined, ...startAfresh });
        }}
      />
      <Select
        label={words.version}
        placeholder={words.choose}
        data={(versions.data?.data ?? []).map(({ id, number }) => ({ value: id, label: words.versionName(number) }))}
        value={version?.id ?? null}
        allowDeselect={false}
        disabled={datasetId === undefined}
        w={140}
        onChange={(id) => onChange({ version: id ?? undefined, ...startAfresh })}
      />
      <Select
        label={words.model}
        placeholder={words.choose}
        data={models.map(({ id, name, number }) => ({ value: id, label: words.modelName(name, number) }))}
        value={search.model ?? null}
        allowDeselect={false}
        searchable
        w={260}
        onChange={(id) => onChange({ model: id ?? undefined, ...startAfresh })}
      />
    </Group>
  );
}

function Playing({
  version,
  embedderId,
  models,
  search,
  onChange,
}: Props & { version: Version; embedderId: string | null }) {
  const mayRun = useScope("runs:write");
  const model = models.find(({ id }) => id === search.model);
  const isReady = embedderId !== null && embedderId === search.model;
  return (
    <Stack gap="md">
      {!isReady && (
        <Embedder
          version={version}
          model={model}
          other={models.find(({ id }) => id === embedderId)}
          runId={search.embed}
          onChange={onChange}
        />
      )}
      {isReady && !mayRun && <Text>{words.mayNotRun}</Text>}
      {isReady && mayRun && (
        <Asker version={version} onFound={(run, find) => onChange({ run, find, embed: undefined })} />
      )}
      {isReady && search.run !== undefined && (
        <Found runId={search.run} find={search.find ?? "images"} versionId={version.id} />
      )}
    </Stack>
  );
}
