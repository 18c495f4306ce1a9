import { type Run, settledRunStatuses } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const runsQuery: PagedQuery<Run> = pagedQuery(["runs"], api.runs.list, {
  isLive: ({ status }) => !settledRunStatuses.includes(status),
});
