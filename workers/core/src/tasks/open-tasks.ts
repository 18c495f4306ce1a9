import { tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** The next wave is planned when fewer tasks than this are open, so that runners never idle between waves. */
export const lowWater = 200;

/** Open tasks of a run, counted no further than anybody asks. */
export function countOpenTasks(ctx: Context, runId: string) {
  const open = ctx.db
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.runId, runId), inArray(tasks.status, ["queued", "leased"])))
    .limit(lowWater + 64)
    .as("open_tasks");
  return ctx.db.select({ count: sql<number>`count(*)` }).from(open);
}

/** Tells the workflow when its run ran dry or fell below the low water mark. A lost nudge only costs time: the workflow looks by itself. */
export async function nudgeWhenLow(ctx: Context, change: { runId: string; settled: number }): Promise<void> {
  if (change.settled === 0) return;
  const [row] = await countOpenTasks(ctx, change.runId);
  const open = row?.count ?? 0;
  const hasCrossed = open < lowWater && open + change.settled >= lowWater;
  if (open === 0 || hasCrossed) await ctx.pipeline.nudge(change.runId).catch(() => undefined);
}

export async function nudgeSettled(ctx: Context, rows: readonly { runId: string; status: string }[]): Promise<void> {
  const settled = new Map<string, number>();
  for (const row of rows) if (row.status !== "queued") settled.set(row.runId, (settled.get(row.runId) ?? 0) + 1);
  for (const [runId, count] of settled) await nudgeWhenLow(ctx, { runId, settled: count });
}
