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

const manyTasks = 5_000;

/** All tasks' states: while the run goes on asked again every few seconds, more seldom where the answer is long. */
export const taskMapQuery = (run: Run) =>
  queryOptions({
    queryKey: ["runs", run.id, "task-map"],
    queryFn: () => api.runs.taskMap(run.id),
    refetchInterval: () => {
      if (!isLive(run)) return false;
      return run.tasks.total > manyTasks ? 30_000 : 4_000;
    },
  });

/** Asked anew as the number of failures the page knows of changes. */
export const failuresQuery = ({ id, tasks }: Run) =>
  queryOptions({
    queryKey: ["runs", id, "failures", tasks.failed],
    queryFn: async () => (await api.runs.failures(id)).data,
    placeholderData: (before) => before,
  });

/** The loop that a run belongs to; asked anew as its tasks end, since each spends of its budget. */
export const loopOfRunQuery = ({ params, tasks }: Run) =>
  queryOptions({
    queryKey: ["loops", params["loopId"], "of-run", tasks.succeeded],
    queryFn: () => api.loops.get(String(params["loopId"])),
    placeholderData: (before) => before,
  });
