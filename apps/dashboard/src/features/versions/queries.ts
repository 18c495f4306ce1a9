import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Reject } from "@whetstone/schemas/api";
import { ApiError } from "@whetstone/schemas/client";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";
import { type Shown, toSamplesAsk } from "../../lib/samples-page.ts";
import type { VersionSearch } from "../../lib/version-search.ts";

export const versionQuery = (id: string) =>
  queryOptions({ queryKey: ["versions", id], queryFn: () => api.versions.get(id), staleTime: Infinity });

/** One page of a version's samples. The links to images live for minutes, so pages don't stay long, and what scrolled away is let go of. */
export const samplesQuery = (id: string, { filter, sort, order = "asc" }: Shown, after: string | undefined) =>
  queryOptions({
    queryKey: ["versions", id, "samples", { filter, sort, order }, after],
    queryFn: () => api.versions.samples(id, toSamplesAsk({ filter, sort, order }, after)),
    staleTime: 5 * 60_000,
    gcTime: 30_000,
  });

/** The columns as a whole: what the language knows. Null for a version that is too large to be searched without an index. */
export const columnsQuery = (id: string) =>
  queryOptions({
    queryKey: ["versions", id, "columns"],
    queryFn: () =>
      api.versions.statistics(id).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "index_missing") return null;
        throw error;
      }),
    staleTime: 60_000,
  });

/** The columns among what a filter keeps; the last answer stays until the next is there. */
export const statisticsQuery = (id: string, filter: string) =>
  queryOptions({
    queryKey: ["versions", id, "statistics", filter],
    queryFn: () => api.versions.statistics(id, { filter }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const trialQuery = (
  id: string,
  { filter = "", deduplicate = false, topColumn, topCount, order = "desc" }: VersionSearch,
) =>
  queryOptions({
    queryKey: ["versions", id, "selection", { filter, deduplicate, topColumn, topCount, order }],
    queryFn: () =>
      api.versions.trySelection(id, {
        filter,
        deduplicate: String(deduplicate),
        ...(topColumn !== undefined && topCount !== undefined ? { topColumn, topCount, topOrder: order } : {}),
      }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** Asked again while the search goes on. */
export const matchesQuery = (runId: string) =>
  queryOptions({
    queryKey: ["matches", runId],
    queryFn: () => api.runs.matches(runId),
    refetchInterval: ({ state }) => (state.data?.isComplete === true || state.error ? false : 1000),
    staleTime: 5 * 60_000,
  });

export const sampleQuery = (id: string, uid: string) =>
  queryOptions({ queryKey: ["versions", id, "samples", uid], queryFn: () => api.versions.sample(id, uid) });

const pairsPage = 24;
/** Samples of a version beside what they are in another, page by page. */
export const pairsQuery = (id: string, { with: other, filter }: { with: string; filter: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: ["versions", id, "pairs", other, filter],
    queryFn: ({ pageParam }) =>
      api.versions.pairs(id, {
        with: other,
        limit: pairsPage,
        ...(filter === undefined ? {} : { filter }),
        ...(pageParam === undefined ? {} : { after: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    staleTime: 5 * 60_000,
  });

/** The newest versions of a dataset, to choose among. */
export const siblingsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ["datasets", datasetId, "versions", "newest"],
    queryFn: () => api.datasets.versions(datasetId, { limit: 100, order: "desc" }),
  });

export const reviewsQuery = (id: string, uid: string) =>
  queryOptions({
    queryKey: ["versions", id, "reviews", uid],
    queryFn: () => api.versions.reviews(id, { uid, limit: 10, order: "desc" }),
  });

export const historyQuery = (datasetId: string, uid: string) =>
  queryOptions({
    queryKey: ["datasets", datasetId, "history", uid],
    queryFn: () => api.datasets.history(datasetId, uid),
  });

export type RejectRow = Reject & { id: string };
export const rejectsQuery = (id: string): PagedQuery<RejectRow> =>
  pagedQuery(["versions", id, "rejects"], async (page) => {
    const { data, ...rest } = await api.versions.rejects(id, { ...page, order: "asc" });
    return { ...rest, data: data.map((reject) => ({ ...reject, id: reject.cursor })) };
  });
