import type { Schedule, ScheduleRun } from "@whetstone/schemas/api";
import { scheduleRuns, schedules } from "@whetstone/schemas/db";
import { type Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { getOwned } from "../scope.ts";

export type ScheduleRow = typeof schedules.$inferSelect;
export type ScheduleRunRow = typeof scheduleRuns.$inferSelect;

/** The caller's schedule. */
export const scheduleRow = (ctx: Context, id: string): Promise<ScheduleRow> =>
  getOwned(ctx, schedules, { what: "schedule", id });

export function toSchedule(schedule: ScheduleRow): Schedule {
  const { workspaceId: _, createdAt, nextDueAt, lastDueAt, ...row } = schedule;
  return {
    ...row,
    object: "schedule",
    nextDueAt: nextDueAt?.toISOString() ?? null,
    lastDueAt: lastDueAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

export function toScheduleRun({ id, scheduleId, trigger, status, reportId, ...row }: ScheduleRunRow): ScheduleRun {
  return {
    id,
    object: "schedule.run",
    scheduleId,
    trigger,
    dueAt: row.dueAt.toISOString(),
    status,
    reportId,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/** What a schedule makes at a time, in the shape of all ids: the same schedule and time give the same id, and id order is time order. */
export async function idAt(scheduleId: string, dueAt: Date): Promise<string> {
  const time = dueAt.getTime().toString(16).padStart(12, "0");
  const hash = await sha256Hex(scheduleId);
  return `${time}7${hash.slice(0, 3)}8${hash.slice(3, 18)}`;
}

export const scheduleRunId = async (scheduleId: string, dueAt: Date): Promise<string> =>
  `schr_${await idAt(scheduleId, dueAt)}`;
