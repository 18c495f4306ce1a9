import { scheduleRuns, schedules } from "@whetstone/schemas/db";
import { and, asc, eq, inArray, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { nextDue } from "./due-times.ts";
import { type ScheduleRow, scheduleRunId } from "./schedule-row.ts";

const perTick = 100;
/** A run that was taken up so long ago and has not ended may have lost its workflow. */
const quietMs = 10 * 60_000;

/**
 * Queues a run for every schedule that is due. One run stands for all due times that passed while nobody looked, and is named by the
 * first of them, so two ticks, at once or after a crash, make one.
 */
export async function queueDueSchedules(ctx: Context): Promise<void> {
  const due = await ctx.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.isPaused, false), lte(schedules.nextDueAt, ctx.now())))
    .orderBy(asc(schedules.nextDueAt))
    .limit(perTick);
  const failures: unknown[] = [];
  for (const schedule of due) await queue(ctx, schedule).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} schedules can't be queued`);
}

async function queue(ctx: Context, schedule: ScheduleRow): Promise<void> {
  const { id: scheduleId, nextDueAt: dueAt } = schedule;
  if (dueAt === null) return;
  const now = ctx.now();
  const isStillDue = and(eq(schedules.id, scheduleId), eq(schedules.nextDueAt, dueAt), eq(schedules.isPaused, false));
  // In the order of the table's columns.
  const run = ctx.db
    .insert(scheduleRuns)
    .select(
      sql`select ${await scheduleRunId(scheduleId, dueAt)}, ${schedules.workspaceId}, ${schedules.id}, 'clock',
        ${dueAt.getTime()}, 'queued', null, null, null, ${now.getTime()}, null, null
        from ${schedules} where ${isStillDue}`,
    )
    .onConflictDoNothing();
  const advance = ctx.db
    .update(schedules)
    .set({ lastDueAt: dueAt, nextDueAt: nextDue(schedule, now) })
    .where(isStillDue);
  await ctx.db.batch([run, advance]);
}

/** Runs whose workflow should be started, or looked after. */
export async function findOpenScheduleRuns(ctx: Context): Promise<string[]> {
  const quiet = new Date(ctx.now().getTime() - quietMs);
  const rows = await ctx.db
    .select({ id: scheduleRuns.id })
    .from(scheduleRuns)
    .where(
      and(
        inArray(scheduleRuns.status, ["queued", "running"]),
        or(isNull(scheduleRuns.startedAt), lt(scheduleRuns.startedAt, quiet)),
      ),
    )
    .orderBy(asc(scheduleRuns.id))
    .limit(perTick);
  return rows.map(({ id }) => id);
}
