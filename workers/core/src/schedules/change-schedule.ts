import type { Schedule, UpdateSchedule } from "@whetstone/schemas/api";
import { schedules } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { checkQuery } from "../reports/check-query.ts";
import { checkTiming, nextDue } from "./due-times.ts";
import { type ScheduleRow, scheduleRow, toSchedule } from "./schedule-row.ts";

/** Changes a schedule, pauses it or lets it go on. After a pause nothing is made up for: it is due next at the next due time. */
export async function updateSchedule(ctx: Context, id: string, change: UpdateSchedule): Promise<Schedule> {
  requireScope(ctx, "reports:write");
  const before = await scheduleRow(ctx, id);
  const after: ScheduleRow = { ...before, ...dropUndefined(change) };
  checkTiming(after, ctx.now());
  if (change.report) await checkQuery(ctx, change.report);
  const keepsTime =
    after.cron === before.cron && after.timezone === before.timezone && after.isPaused === before.isPaused;
  if (!keepsTime) after.nextDueAt = after.isPaused ? null : nextDue(after, ctx.now());
  const { name, cron, timezone, report, isPaused, nextDueAt } = after;
  await ctx.db.batch([
    ctx.db
      .update(schedules)
      .set({ name, cron, timezone, report, isPaused, ...(keepsTime ? {} : { nextDueAt }) })
      .where(isMine(before)),
    auditRow(ctx, { action: "schedule.update", subjectId: id }),
  ]);
  return toSchedule(after);
}

/** Ends a schedule. The reports it made stay. */
export async function deleteSchedule(ctx: Context, id: string): Promise<Schedule> {
  requireScope(ctx, "reports:write");
  const row = await scheduleRow(ctx, id);
  await ctx.db.batch([
    ctx.db.delete(schedules).where(isMine(row)),
    auditRow(ctx, { action: "schedule.delete", subjectId: id }),
  ]);
  return toSchedule({ ...row, nextDueAt: null });
}

const isMine = ({ id, workspaceId }: ScheduleRow) => and(eq(schedules.id, id), eq(schedules.workspaceId, workspaceId));

function dropUndefined<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
