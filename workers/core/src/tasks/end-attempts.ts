import { runEvents, runs, tasks } from "@whetstone/schemas/db";
import { and, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { attemptsWhere, isSpent, spendAttempts } from "../spending/spend-attempts.ts";

export interface Ending {
  /** Which attempts end; must hold only for leased tasks the caller may speak for. */
  where: SQL | undefined;
  /** `retry`: queued again while attempts are left. `final`: failed. `release`: queued again and not counted. */
  fate: "retry" | "final" | "release";
  code: string;
  message: string;
  /** Code of a task that has no attempts left, where it says more than `code`. */
  exhaustedCode?: string;
  availableAt: Date;
  /** When they ended, in milliseconds; now where nothing is said. */
  endedAt?: SQL;
}

/**
 * The five statements that end attempts without a result, for one `db.batch`: what they took, then the story, last the tasks, which it
 * answers. A task whose run is not running any more is cancelled whatever its fate, and none is queued again past its run's budget.
 */
export function endAttempts(
  ctx: Context,
  { where, fate, code, message, exhaustedCode = code, availableAt, endedAt }: Ending,
) {
  const isRunLive = sql`(select ${runs.status} from ${runs} where ${runs.id} = ${tasks.runId}) = 'running'`;
  const isExhausted = sql`${tasks.attempt} - ${tasks.releases} >= ${tasks.maxAttempts}`;
  const isStopped = sql`exists (select 1 from ${runs} where ${runs.id} = ${tasks.runId} and ${isSpent})`;
  const fails = { retry: isExhausted, final: sql`1`, release: sql`0` }[fate];
  const next = <T>(values: { cancelled: T; failed: T; queued: T }): SQL =>
    sql`case when not ${isRunLive} then ${values.cancelled} when ${fails} then ${values.failed} else ${values.queued} end`;
  const now = ctx.now().getTime();
  const finalCode = fate === "retry" ? exhaustedCode : code;

  const tell = ctx.db.insert(runEvents).select(sql`
    select null, ${tasks.runId}, case when ${fails} then 'task.failed' else 'task.retried' end,
      json_object('taskId', ${tasks.id}, 'index', ${tasks.index}, 'attempt', ${tasks.attempt},
        'code', case when ${fails} then ${finalCode} else ${code} end, 'message', ${message}), ${now}
    from ${tasks} where ${and(where, isRunLive, fate === "release" ? sql`0` : undefined)}`);

  const end = ctx.db
    .update(tasks)
    .set({
      status: next<unknown>({
        cancelled: "cancelled",
        failed: "failed",
        queued: sql`case when ${isStopped} then 'cancelled' else 'queued' end`,
      }),
      errorCode: next<unknown>({
        cancelled: sql`null`,
        failed: finalCode,
        queued: fate === "release" ? sql`${tasks.errorCode}` : code,
      }),
      errorMessage: next<unknown>({
        cancelled: sql`null`,
        failed: message,
        queued: fate === "release" ? sql`${tasks.errorMessage}` : message,
      }),
      finishedAt: next<unknown>({ cancelled: now, failed: now, queued: sql`case when ${isStopped} then ${now} end` }),
      releases: fate === "release" ? sql`${tasks.releases} + 1` : sql`${tasks.releases}`,
      progressDone: sql`0`,
      lease: null,
      leaseExpiresAt: null,
      availableAt,
    })
    .where(where)
    .returning({ id: tasks.id, runId: tasks.runId, status: tasks.status });

  const attempts = attemptsWhere(where, endedAt ?? now);
  return [...spendAttempts(ctx, attempts), tell, end] as const;
}
