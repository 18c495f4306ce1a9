import { queryOptions, skipToken } from "@tanstack/react-query";
import { settledRunStatuses, type Version } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";

const listed = { limit: 100, order: "desc" } as const;
const askEveryMs = 1_000;
/** Embeddings are handed down from version to version; so far back their maker is looked for. */
const maxAncestors = 12;

export const datasetsQuery = queryOptions({
  queryKey: ["datasets", "newest"],
  queryFn: () => api.datasets.list(listed),
});

export const modelsQuery = queryOptions({ queryKey: ["models", "newest"], queryFn: () => api.models.list(listed) });

export const versionsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ["datasets", datasetId, "versions", "newest"],
    queryFn: () => api.datasets.versions(datasetId, listed),
  });

export const versionQuery = (id: string) =>
  queryOptions({ queryKey: ["versions", id], queryFn: () => api.versions.get(id), staleTime: Infinity });

/** The model whose embeddings a version has; null where it has none, or where nothing tells who made them. */
export const embedderQuery = (version: Version | undefined) =>
  queryOptions({
    queryKey: ["versions", version?.id, "embedder"],
    queryFn: version ? () => findEmbedder(version) : skipToken,
    staleTime: Infinity,
  });

async function findEmbedder(version: Version): Promise<string | null> {
  let one = version;
  for (let steps = 0; one.layers.includes("embeddings") && steps < maxAncestors; steps += 1) {
    const { kind, params } = await api.runs.get(one.runId);
    if (kind === "profile" && typeof params["modelId"] === "string") return params["modelId"];
    if (one.parentId === null) return null;
    one = await api.versions.get(one.parentId);
  }
  return null;
}

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: () => api.runs.get(id),
    refetchInterval: ({ state }) =>
      state.error || (state.data && settledRunStatuses.includes(state.data.status)) ? false : askEveryMs,
  });

/** Asked again while the search goes on. */
export const matchesQuery = (runId: string) =>
  queryOptions({
    queryKey: ["matches", runId],
    queryFn: () => api.runs.matches(runId),
    refetchInterval: ({ state }) => (state.data?.isComplete === true || state.error ? false : askEveryMs),
    staleTime: 5 * 60_000,
  });
