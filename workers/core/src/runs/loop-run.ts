import { defineRunKind } from "./run-kind.ts";

/** A loop's tasks come step by step and not in waves: `loops/advance-loop.ts` plans them and ends the run. */
export const loopRun = defineRunKind<"loop">({
  countTasks: async () => 0,
  planTasks: async () => [],
  close: async () => ({ output: {}, statements: [] }),
});
