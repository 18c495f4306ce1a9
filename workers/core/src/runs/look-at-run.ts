import type { RunStatus } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findReached } from "../spending/find-stop.ts";
import { expireLeases } from "../tasks/expire-leases.ts";
import { isOfRunningRun } from "../tasks/leases.ts";
import { countOpenTasks, nudgeSettled } from "../tasks/open-tasks.ts";
import { loadRun } from "./load-run.ts";

/** How a run stands: takes back stale leases, cancels what waits of a run that stopped running or spent its budget, counts what is open. */
export async function lookAtRun(
  ctx: Context,
  runId: string,
): Promise<{ status: RunStatus; open: number; isSpent: boolean }> {
  const cancelWaiting = ctx.db
    .update(tasks)
    .set({ status: "cancelled", finishedAt: ctx.now() })
    .where(and(eq(tasks.runId, runId), eq(tasks.status, "queued"), sql`not ${isOfRunningRun}`));
  const [, , , , ended, , counted] = await ctx.db.batch([
    ...expireLeases(ctx),
    cancelWaiting,
    countOpenTasks(ctx, runId),
  ]);
  await nudgeSettled(
    ctx,
    ended.filter((task) => task.runId !== runId),
  );
  const run = await loadRun(ctx, runId);
  return { status: run.status, open: counted[0]?.count ?? 0, isSpent: findReached(run.budget, run) !== undefined };
}
