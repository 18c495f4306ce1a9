import { queryOptions } from "@tanstack/react-query";
import type { Dataset, Version } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const datasetsQuery: PagedQuery<Dataset> = pagedQuery(["datasets"], api.datasets.list);

export const datasetQuery = (id: string) =>
  queryOptions({ queryKey: ["datasets", id], queryFn: () => api.datasets.get(id) });

export const versionsQuery = (id: string): PagedQuery<Version> =>
  pagedQuery(["datasets", id, "versions"], (page) => api.datasets.versions(id, page));
