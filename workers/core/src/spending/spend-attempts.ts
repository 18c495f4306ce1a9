import { runners, runs, tasks } from "@whetstone/schemas/db";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { hourPrice } from "./hour-price.ts";

/**
 * The statements that put attempts to their runs' accounts, for the batch that ends them and before the write that does. `attempts`
 * selects `id`, `run_id`, `runner_id`, `leased_at`, `ended_at` and the tokens of tasks that are leased still.
 *
 * A runner holds several tasks at once and fetches ahead, so its time is cut where an attempt ends and each piece counts once.
 */
export function spendAttempts(ctx: Context, attempts: SQL) {
  const pieces = sql`
    select attempt.*, account.prices as prices, ${hourPrice} as hour_price,
      max(0, attempt.ended_at - max(attempt.leased_at, coalesce(worker.counted_until, 0),
        coalesce(max(attempt.ended_at) over (partition by attempt.runner_id order by attempt.ended_at, attempt.id
          rows between unbounded preceding and 1 preceding), 0))) / 1000.0 as seconds
    from (${attempts}) as attempt join runs as account on account.id = attempt.run_id
      left join runners as worker on worker.id = attempt.runner_id`;
  const sums = sql`(select run_id, count(*) as attempts, sum(seconds) as seconds,
      sum(prompt_tokens + completion_tokens + other_tokens) as tokens,
      sum(seconds * hour_price / 3600
        + (prompt_tokens * coalesce(prices ->> '$.tokens.millionPromptTokens', 0)
          + completion_tokens * coalesce(prices ->> '$.tokens.millionCompletionTokens', 0)) / 1e6) as money
    from (${pieces}) group by run_id) as ended`;
  const ends = sql`(select runner_id, max(ended_at) as ended_at from (${attempts}) group by runner_id) as ended`;
  return [
    ctx.db
      .update(runs)
      .set({
        endedAttempts: sql`${runs.endedAttempts} + ended.attempts`,
        spentSeconds: sql`${runs.spentSeconds} + ended.seconds`,
        spentTokens: sql`${runs.spentTokens} + ended.tokens`,
        spentMoney: sql`${runs.spentMoney} + ended.money`,
      })
      .from(sums)
      .where(sql`${runs.id} = ended.run_id`),
    ctx.db
      .update(runners)
      .set({ countedUntil: sql`max(coalesce(${runners.countedUntil}, 0), ended.ended_at)` })
      .from(ends)
      .where(sql`${runners.id} = ended.runner_id`),
    stopSpentRuns(ctx),
  ] as const;
}

/** Attempts without a result; `endedAt` is milliseconds. */
export const attemptsWhere = (where: SQL | undefined, endedAt: number | SQL): SQL => sql`
  select ${tasks.id}, ${tasks.runId}, ${tasks.runnerId}, ${tasks.leasedAt}, ${endedAt} as ended_at,
    0 as prompt_tokens, 0 as completion_tokens, 0 as other_tokens
  from ${tasks} where ${where}`;

/** True for a run that has spent a limit of its budget. */
export const isSpent: SQL = sql`(${runs.budget} is not null and (
  coalesce(${runs.spentTokens} >= ${runs.budget} ->> '$.tokens', 0)
  or coalesce(${runs.spentSeconds} >= ${runs.budget} ->> '$.runnerSeconds', 0)
  or coalesce(${runs.spentMoney} >= ${runs.budget} ->> '$.money.amount', 0)))`;

/** What waits of a run that has spent its budget waits no longer; what is at work goes on to its end. */
const stopSpentRuns = (ctx: Context) =>
  ctx.db
    .update(tasks)
    .set({ status: "cancelled", finishedAt: ctx.now() })
    .where(
      and(
        eq(tasks.status, "queued"),
        sql`${tasks.runId} in (select ${runs.id} from ${runs} where ${runs.status} = 'running' and ${isSpent})`,
      ),
    );
