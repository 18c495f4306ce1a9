import type { Dataset } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const datasetsQuery: PagedQuery<Dataset> = pagedQuery(["datasets"], api.datasets.list);
