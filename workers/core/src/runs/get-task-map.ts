import type { TaskMap } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { asc, eq, sql } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { loadRun } from "./load-run.ts";

/** All tasks of a run as one word of letters, put together in SQL: a row a task would be megabytes. */
export async function getTaskMap(ctx: Context, runId: string): Promise<TaskMap> {
  requireScope(ctx, "runs:read");
  const run = await loadRun(ctx, runId);
  const isRetried = sql`${tasks.attempt} - ${tasks.releases} > case when ${tasks.status} = 'queued' then 0 else 1 end`;
  const letter = sql<string>`case ${tasks.status} when 'queued' then 'w' when 'leased' then 'l' when 'succeeded' then 's' when 'failed' then 'f' else 'c' end`;
  const inOrder = ctx.db
    .select({ letter: sql<string>`case when ${isRetried} then upper(${letter}) else ${letter} end`.as("letter") })
    .from(tasks)
    .where(eq(tasks.runId, run.id))
    .orderBy(asc(tasks.index))
    .as("in_order");
  const [row] = await ctx.db.select({ letters: sql<string | null>`group_concat(${inOrder.letter}, '')` }).from(inOrder);
  const letters = row?.letters ?? "";
  return { object: "run.task_map", runId: run.id, taskCount: run.taskCount ?? letters.length, letters };
}
