import type { PageOf, PageQuery, Task } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { loadRun } from "../runs/load-run.ts";
import { listOwned, toPage } from "../scope.ts";
import { toTask } from "./to-task.ts";

/** Tasks of a run in order: their ids end in their index. */
export async function listTasks(
  ctx: Context,
  { runId, ...page }: PageQuery & { runId: string },
): Promise<PageOf<Task>> {
  requireScope(ctx, "runs:read");
  const run = await loadRun(ctx, runId);
  const { rows, hasMore } = await listOwned(ctx, tasks, { page, kind: "task", where: eq(tasks.runId, run.id) });
  return toPage(rows.map(toTask), hasMore);
}
