import { queryOptions } from "@tanstack/react-query";
import type { Reject, Sample } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const versionQuery = (id: string) =>
  queryOptions({ queryKey: ["versions", id], queryFn: () => api.versions.get(id), staleTime: Infinity });

/** In the order of the version, which never changes. The links to images live for minutes, so pages don't stay long. */
export const samplesQuery = (id: string): PagedQuery<Sample> => ({
  ...pagedQuery(["versions", id, "samples"], (page) => api.versions.samples(id, { ...page, order: "asc" })),
  staleTime: 5 * 60_000,
});

export const sampleQuery = (id: string, uid: string) =>
  queryOptions({ queryKey: ["versions", id, "samples", uid], queryFn: () => api.versions.sample(id, uid) });

export type RejectRow = Reject & { id: string };
export const rejectsQuery = (id: string): PagedQuery<RejectRow> =>
  pagedQuery(["versions", id, "rejects"], async (page) => {
    const { data, ...rest } = await api.versions.rejects(id, { ...page, order: "asc" });
    return { ...rest, data: data.map((reject) => ({ ...reject, id: reject.cursor })) };
  });
