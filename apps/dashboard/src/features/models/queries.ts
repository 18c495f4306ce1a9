import { queryOptions } from "@tanstack/react-query";
import type { Model } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const modelsQuery: PagedQuery<Model> = pagedQuery(["models"], api.models.list);

export const modelQuery = (id: string) =>
  queryOptions({ queryKey: ["models", id], queryFn: () => api.models.get(id), staleTime: Infinity });
