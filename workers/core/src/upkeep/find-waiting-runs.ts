import { loops, runs, tasks } from "@whetstone/schemas/db";
import { and, asc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { lowWater } from "../tasks/open-tasks.ts";

const perTick = 200;
const startGraceMs = 5_000;

/** Runs whose workflow should exist and does perhaps not, and runs it should look at: they have few open tasks or none. */
export async function findWaitingRuns(ctx: Context): Promise<{ unstarted: string[]; low: string[] }> {
  const before = new Date(ctx.now().getTime() - startGraceMs);
  const open = sql`(select count(*) from (select 1 from ${tasks} where ${tasks.runId} = ${runs.id} and ${tasks.status} in ('queued', 'leased') limit ${lowWater}))`;
  // A paused loop waits for a word, not for the clock.
  const isPaused = sql`exists (select 1 from ${loops} where ${loops.runId} = ${runs.id} and ${runs.status} = 'running' and ${loops.pausedAt} is not null)`;
  const [unstarted, low] = await ctx.db.batch([
    ctx.db
      .select({ id: runs.id })
      .from(runs)
      .where(and(eq(runs.status, "queued"), lt(runs.createdAt, before)))
      .orderBy(asc(runs.id))
      .limit(perTick),
    ctx.db
      .select({ id: runs.id })
      .from(runs)
      .where(and(inArray(runs.status, ["running", "cancelling"]), sql`${open} < ${lowWater}`, sql`not ${isPaused}`))
      .orderBy(sql`random()`)
      .limit(perTick),
  ]);
  return { unstarted: unstarted.map((run) => run.id), low: low.map((run) => run.id) };
}
