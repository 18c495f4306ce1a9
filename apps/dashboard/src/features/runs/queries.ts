import { queryOptions } from "@tanstack/react-query";
import { type Run, settledRunStatuses, type Task } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const isLive = ({ status }: Pick<Run, "status">): boolean => !settledRunStatuses.includes(status);

export const runsQuery: PagedQuery<Run> = pagedQuery(["runs"], api.runs.list, { isLive });

/** Kept fresh by `useRunEvents`, not by asking again. */
export const runQuery = (id: string) => queryOptions({ queryKey: ["runs", id], queryFn: () => api.runs.get(id) });

export const tasksQuery = (id: string): PagedQuery<Task> =>
  pagedQuery(["runs", id, "tasks"], (page) => api.runs.tasks(id, { ...page, order: "asc" }), {
    isLive: ({ status }) => status === "queued" || status === "leased",
  });
