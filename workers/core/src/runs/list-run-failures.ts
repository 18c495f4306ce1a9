import type { RunFailures } from "@whetstone/schemas/api";
import { runEvents, tasks } from "@whetstone/schemas/db";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { loadRun } from "./load-run.ts";

const maxCodes = 100;
const maxExamples = 5;
const maxMessageLength = 500;

/** What went wrong in a run, by code: tasks that failed for good and attempts that were tried again. The most frequent come first. */
export async function listRunFailures(ctx: Context, runId: string): Promise<RunFailures> {
  requireScope(ctx, "runs:read");
  const run = await loadRun(ctx, runId);
  const [failed, retried] = await ctx.db.batch([
    ctx.db
      .select({
        code: sql<string>`coalesce(${tasks.errorCode}, 'unknown')`,
        count: sql<number>`count(*)`,
        message: sql<string | null>`min(${tasks.errorMessage})`,
        indexes: sql<string>`json_group_array(${tasks.index})`,
      })
      .from(tasks)
      .where(and(eq(tasks.runId, run.id), eq(tasks.status, "failed")))
      .groupBy(tasks.errorCode)
      .orderBy(sql`count(*) desc`)
      .limit(maxCodes),
    ctx.db
      .select({
        code: sql<string>`${runEvents.data} ->> '$.code'`,
        count: sql<number>`count(*)`,
        message: sql<string | null>`min(${runEvents.data} ->> '$.message')`,
        indexes: sql<string>`json_group_array(distinct ${runEvents.data} ->> '$.index')`,
      })
      .from(runEvents)
      .where(
        and(
          eq(runEvents.runId, run.id),
          eq(runEvents.type, "task.retried"),
          isNotNull(sql`${runEvents.data} ->> '$.code'`),
        ),
      )
      .groupBy(sql`${runEvents.data} ->> '$.code'`)
      .orderBy(sql`count(*) desc`)
      .limit(maxCodes),
  ]);

  const codes = [...new Set([...failed, ...retried].map(({ code }) => code))].slice(0, maxCodes);
  const data = codes.map((code) => {
    const ended = failed.find((row) => row.code === code);
    const again = retried.find((row) => row.code === code);
    const indexes = (JSON.parse((ended ?? again)?.indexes ?? "[]") as (number | null)[]).filter(
      (index) => index !== null,
    );
    return {
      code,
      failedTasks: ended?.count ?? 0,
      retriedAttempts: again?.count ?? 0,
      message: (ended?.message ?? again?.message ?? "").slice(0, maxMessageLength),
      examples: indexes.toSorted((a, b) => a - b).slice(0, maxExamples),
    };
  });
  return { object: "list", data };
}
