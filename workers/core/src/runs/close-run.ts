import { tasks } from "@whetstone/schemas/db";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findStop } from "../spending/find-stop.ts";
import { isSettled, loadRun } from "./load-run.ts";
import type { RunRow } from "./run-kind.ts";
import { partsOfKind } from "./run-kinds.ts";
import { settleRun } from "./settle-run.ts";

const named = 5;

/** Ends a run whose tasks are all settled, as its failure policy says. Closing twice is closing once. */
export async function closeRun(ctx: Context, runId: string): Promise<void> {
  const run = await loadRun(ctx, runId);
  if (isSettled(run)) return;
  if (run.status === "cancelling") return settleRun(ctx, run, { status: "cancelled" });

  const error = (await findStop(ctx, run)) ?? (await findTaskFailures(ctx, run));
  if (error) return settleRun(ctx, run, { status: "failed", error });
  return settleRun(ctx, run, { status: "succeeded", closing: await partsOfKind[run.kind].close(ctx, run) });
}

async function findTaskFailures(ctx: Context, run: RunRow): Promise<{ code: string; message: string } | undefined> {
  const isFailed = and(eq(tasks.runId, run.id), eq(tasks.status, "failed"));
  const [counts, first] = await ctx.db.batch([
    ctx.db
      .select({ count: sql<number>`count(*)` })
      .from(tasks)
      .where(isFailed),
    ctx.db
      .select({ index: tasks.index, code: tasks.errorCode, message: tasks.errorMessage })
      .from(tasks)
      .where(isFailed)
      .orderBy(asc(tasks.index))
      .limit(named),
  ]);
  const failed = counts[0]?.count ?? 0;
  const forgiven = run.params.tolerateFailedTasks;
  if (failed <= forgiven) return undefined;
  const list = first
    .map(({ index, code, message }) => `task ${index}: ${code ?? "unknown"} (${(message ?? "").slice(0, 200)})`)
    .join("; ");
  const more = failed > first.length ? `; and ${failed - first.length} more` : "";
  return {
    code: "tasks_failed",
    message: `${failed} of ${run.taskCount ?? failed} tasks failed and the run forgives ${forgiven}: ${list}${more}`,
  };
}
