import { runs, tasks } from "@whetstone/schemas/db";
import type { TaskKind } from "@whetstone/schemas/tasks";
import { and, eq, inArray, sql } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { isCallersTask } from "./leases.ts";

/** Beyond this a pool is at its largest anyway, so nobody counts further. */
const countLimit = 10_000;

/** Tasks of these kinds that are queued or leased: what a pool of runners is scaled on. */
export async function countBacklog(ctx: Context, kinds: readonly TaskKind[]): Promise<number> {
  requireScope(ctx, "runner");
  const open = ctx.db
    .select({ id: tasks.id })
    .from(runs)
    .innerJoin(tasks, eq(tasks.runId, runs.id))
    .where(
      and(
        eq(runs.status, "running"),
        inArray(tasks.status, ["queued", "leased"]),
        inArray(tasks.kind, [...kinds]),
        isCallersTask(ctx),
      ),
    )
    .limit(countLimit)
    .as("open_tasks");
  const [row] = await ctx.db.select({ count: sql<number>`count(*)` }).from(open);
  return row?.count ?? 0;
}
