import { queryOptions } from "@tanstack/react-query";
import type { Model } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const modelsQuery: PagedQuery<Model> = pagedQuery(["models"], api.models.list);

export const modelQuery = (id: string) =>
  queryOptions({ queryKey: ["models", id], queryFn: () => api.models.get(id), staleTime: Infinity });

/** What a model's lineage is called; what is gone, or not for this key to see, is left to its id. */
export const lineageQuery = ({ id, versionId, runId, parentId }: Model) =>
  queryOptions({
    queryKey: ["models", id, "lineage"],
    staleTime: Infinity,
    queryFn: async () => {
      const [version, run, parent] = await Promise.all([
        versionId === null ? null : api.versions.get(versionId).catch(() => null),
        runId === null ? null : api.runs.get(runId).catch(() => null),
        parentId === null ? null : api.models.get(parentId).catch(() => null),
      ]);
      const dataset = version === null ? null : await api.datasets.get(version.datasetId).catch(() => null);
      return { version, run, parent, dataset };
    },
  });
