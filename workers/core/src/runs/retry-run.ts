import type { RetryRun, Run, RunBudget } from "@whetstone/schemas/api";
import { runEvents, runs, tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { countBegun, findReached } from "../spending/find-stop.ts";
import { checkMoney, providerOf } from "../spending/open-account.ts";
import { checkRunQuota } from "./check-run-quota.ts";
import { getRun } from "./get-run.ts";
import { loadRun } from "./load-run.ts";
import type { RunRow } from "./run-kind.ts";

/**
 * Queues a run's failed tasks again, with all their attempts before them, and what its spent budget left undone, and sets a run that
 * failed going once more; what succeeded stays. A run that succeeded has made its version already and a cancelled one was stopped by hand:
 * neither comes back.
 */
export async function retryRun(ctx: Context, runId: string, { budget }: RetryRun = {}): Promise<Run> {
  requireScope(ctx, "runs:write");
  const run = await loadRun(ctx, runId);
  const refuse = (why: string) => new AppError("run_not_retryable", `run ${runId} ${why}`);
  if (run.status !== "failed" && run.status !== "running")
    throw refuse(`is ${run.status}; only failed tasks of a run that failed or is running can be tried again`);
  if (budget) checkRaised(run, budget);
  const reached = findReached(budget ?? run.budget, run);
  if (reached !== undefined)
    throw refuse(`can't go on: ${reached}; name a larger one (whetstone run retry ${runId} --budget ...)`);
  const left = await countLeft(ctx, run);
  if (left === 0 && !(budget && run.status === "running"))
    throw refuse("has no failed task to try again; start another run");
  if (run.status === "failed") await checkRunQuota(ctx, workspaceOf(ctx));

  const now = ctx.now();
  const isMine = and(eq(runs.id, runId), inArray(runs.status, ["failed", "running"]), isNotNull(runs.taskCount));
  await ctx.db.batch([
    ctx.db.insert(runEvents).select(sql`
      select null, ${runs.id}, 'run.retried', json_object('tasks', ${left}, 'reason', ${budget ? "budget" : "failed"}), ${now.getTime()} from ${runs} where ${isMine}`),
    ctx.db
      .update(runs)
      .set({
        status: "running",
        summary: null,
        errorCode: null,
        errorMessage: null,
        finishedAt: null,
        ...(budget ? { budget } : {}),
      })
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
          // What a run that gave up or spent its budget had still open was cancelled: that is work to do as well.
          inArray(tasks.status, ["failed", "cancelled"]),
          sql`exists (select 1 from runs where id = ${runId} and status = 'running')`,
        ),
      ),
    auditRow(ctx, { action: "run.retry", subjectId: runId }),
  ]);
  await ctx.pipeline.revive(runId).catch(() => undefined);
  return getRun({ ...ctx, actor: { kind: "system", job: "retry-run" } }, runId);
}

/** A loop stops by its own budget, and limits on money hold only in the currency the run is counted in. */
function checkRaised({ kind, prices, params }: RunRow, budget: RunBudget): void {
  if (params.kind === "loop")
    throw new AppError("invalid_input", `a ${kind} run has no budget; the loop has its own, set as it is started`);
  if (budget.money && prices === null)
    throw new AppError("invalid_input", "this run was asked for without prices and knows no money; name another limit");
  checkMoney(budget, { prices, provider: providerOf(params) });
}

/** Tasks to do again: those that failed, and of a run that stopped short those it never came to. */
async function countLeft(ctx: Context, run: RunRow): Promise<number> {
  const [failed, begun] = await Promise.all([
    ctx.db.$count(tasks, and(eq(tasks.runId, run.id), eq(tasks.status, "failed"))),
    countBegun(ctx, run.id),
  ]);
  const isShort = run.errorCode === "budget_spent";
  return isShort ? failed + (run.taskCount ?? begun) - begun : failed;
}
