import { runs, tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { RunnerRow } from "../runners/see-runner.ts";
import { findRoom } from "../spending/find-room.ts";
import { expireLeases } from "./expire-leases.ts";
import { isCallersTask, leaseEnd } from "./leases.ts";
import { nudgeSettled } from "./open-tasks.ts";

export type TaskRow = typeof tasks.$inferSelect;

/**
 * Lends up to `max` tasks in one conditional write, so no task is given twice. Each claim draws one running run at random among those
 * with something to do and room in its budget, and takes its tasks in order: a giant run gets its share of claims and no more, and nothing is sorted.
 */
export async function claimTasks(
  ctx: Context,
  { runner, max }: { runner: RunnerRow; max: number },
): Promise<TaskRow[]> {
  // With the run, this is the whole index of the search: its tasks come in order and it stops at the last one wanted.
  const isClaimable = and(
    eq(tasks.status, "queued"),
    lte(tasks.availableAt, ctx.now()),
    inArray(tasks.kind, runner.kinds),
    hasAllNeeds(runner.labels),
    isCallersTask(ctx),
  );
  const drawn = ctx.db.$with("drawn").as(
    ctx.db
      .select({ id: runs.id, room: findRoom(ctx).as("room") })
      .from(runs)
      .where(
        sql`${runs.status} = 'running' and exists (select 1 from ${tasks} where ${tasks.runId} = ${runs.id} and ${isClaimable}) and room > 0`,
      )
      .orderBy(sql`random()`)
      .limit(1),
  );
  const claimable = sql`(select ${tasks.id} from ${tasks}
    where ${and(eq(tasks.runId, sql`(select id from drawn)`), isClaimable)}
    order by ${tasks.index} limit min(${max}, coalesce((select room from drawn), 0)))`;
  const claim = ctx.db
    .with(drawn)
    .update(tasks)
    .set({
      status: "leased",
      attempt: sql`${tasks.attempt} + 1`,
      lease: sql`lower(hex(randomblob(16)))`,
      leaseExpiresAt: leaseEnd(ctx),
      leasedAt: ctx.now(),
      runnerId: runner.id,
      startedAt: sql`coalesce(${tasks.startedAt}, ${ctx.now().getTime()})`,
      progressDone: sql`0`,
      noteCount: 0,
    })
    .where(inArray(tasks.id, claimable))
    .returning();

  const [, , , , expired, claimed] = await ctx.db.batch([...expireLeases(ctx), claim]);
  await nudgeSettled(ctx, expired);
  return claimed.toSorted((a, b) => a.index - b.index);
}

function hasAllNeeds(labels: readonly string[]): SQL {
  return sql`not exists (select 1 from json_each(${tasks.needs}) as need
    where need.value not in (select value from json_each(${JSON.stringify(labels)})))`;
}
