import { Counts, type CompleteTasks } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { isCallersTask } from "./leases.ts";

/** Attempts that are about to be accepted, with the tokens their results count, as `spendAttempts` takes them. */
export function doneAttempts(ctx: Context, completions: CompleteTasks["tasks"]): SQL {
  const done = JSON.stringify(
    completions.map(({ taskId, attempt, lease, result }) => ({ taskId, attempt, lease, ...tokensOf(result) })),
  );
  // The plus keeps SQLite off the index by status, which would walk every leased task there is.
  const isDone = and(
    sql`${tasks.id} = done.value ->> '$.taskId' and ${tasks.attempt} = done.value ->> '$.attempt'
      and ${tasks.lease} = done.value ->> '$.lease' and +${tasks.status} = 'leased'`,
    isCallersTask(ctx),
  );
  return sql`
    select ${tasks.id}, ${tasks.runId}, ${tasks.runnerId}, ${tasks.leasedAt}, ${ctx.now().getTime()} as ended_at,
      done.value ->> '$.prompt' as prompt_tokens, done.value ->> '$.completion' as completion_tokens, done.value ->> '$.other' as other_tokens
    from json_each(${done}) as done cross join ${tasks} where ${isDone}`;
}

function tokensOf(result: Record<string, unknown>) {
  const counts = Counts.safeParse(result["counts"]).data ?? {};
  const count = (name: string): number => Math.max(0, Math.round(counts[name] ?? 0));
  return { prompt: count("promptTokens"), completion: count("completionTokens"), other: count("tokens") };
}
