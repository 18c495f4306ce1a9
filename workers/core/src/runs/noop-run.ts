import { defineRunKind } from "./run-kind.ts";

/** Tasks that do nothing, to measure the orchestration alone. */
export const noopRun = defineRunKind<"noop">({
  countTasks: async (_ctx, run) => run.params.taskCount,
  planTasks: async (_ctx, { run, from, to }) =>
    Array.from({ length: to - from }, () => ({
      kind: "noop",
      params: { sleepMs: run.params.sleepMs },
      inputs: [],
      size: { total: 1, unit: "tasks" },
    })),
  close: async () => ({ output: {}, statements: [] }),
});
