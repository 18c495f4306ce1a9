import type { Run } from "@whetstone/schemas/api";
import { runEvents, runs, tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { checkRunQuota } from "./check-run-quota.ts";
import { getRun } from "./get-run.ts";
import { loadRun } from "./load-run.ts";

/**
 * Queues a run's failed tasks again, with all their attempts before them, and sets a run that failed going once more; what succeeded
 * stays. A run that succeeded has made its version already and a cancelled one was stopped by hand: neither comes back.
 */
export async function retryRun(ctx: Context, runId: string): Promise<Run> {
  requireScope(ctx, "runs:write");
  const run = await loadRun(ctx, runId);
  const refuse = (why: string) => new AppError("run_not_retryable", `run ${runId} ${why}`);
  if (run.status !== "failed" && run.status !== "running")
    throw refuse(`is ${run.status}; only failed tasks of a run that failed or is running can be tried again`);
  const failed = await ctx.db.$count(tasks, and(eq(tasks.runId, runId), eq(tasks.status, "failed")));
  if (failed === 0) throw refuse("has no failed task to try again; start another run");
  if (run.status === "failed") await checkRunQuota(ctx, workspaceOf(ctx));

  const now = ctx.now();
  // A run that gave up cancelled what was still open: that is work to do as well.
  const again = run.status === "failed" ? (["failed", "cancelled"] as const) : (["failed"] as const);
  const isMine = and(eq(runs.id, runId), inArray(runs.status, ["failed", "running"]), isNotNull(runs.taskCount));
  await ctx.db.batch([
    ctx.db.insert(runEvents).select(sql`
      select null, ${runs.id}, 'run.retried', json_object('tasks', ${failed}), ${now.getTime()} from ${runs} where ${isMine}`),
    ctx.db
      .update(runs)
      .set({ status: "running", summary: null, errorCode: null, errorMessage: null, finishedAt: null })
      .where(isMine),
    ctx.db
      .update(tasks)
      .set({
        status: "queued",
        releases: sql`${tasks.attempt}`,
        lease: null,
        leaseExpiresAt: null,
        availableAt: now,
        finishedAt: null,
        progressDone: sql`0`,
      })
      .where(
        and(
          eq(tasks.runId, runId),
          inArray(tasks.status, [...again]),
          sql`exists (select 1 from runs where id = ${runId} and status = 'running')`,
        ),
      ),
    auditRow(ctx, { action: "run.retry", subjectId: runId }),
  ]);
  await ctx.pipeline.revive(runId).catch(() => undefined);
  return getRun({ ...ctx, actor: { kind: "system", job: "retry-run" } }, runId);
}
