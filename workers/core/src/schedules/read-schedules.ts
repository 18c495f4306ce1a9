import type { PageOf, PageQuery, Schedule, ScheduleRun } from "@whetstone/schemas/api";
import { scheduleRuns, schedules } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";
import { scheduleRow, toSchedule, toScheduleRun } from "./schedule-row.ts";

export async function getSchedule(ctx: Context, id: string): Promise<Schedule> {
  requireScope(ctx, "reports:read");
  return toSchedule(await scheduleRow(ctx, id));
}

export async function listSchedules(ctx: Context, page: PageQuery): Promise<PageOf<Schedule>> {
  requireScope(ctx, "reports:read");
  const { rows, hasMore } = await listOwned(ctx, schedules, { page, kind: "schedule" });
  return toPage(rows.map(toSchedule), hasMore);
}

/** The times a schedule was run; the latest first unless asked otherwise. */
export async function listScheduleRuns(
  ctx: Context,
  scheduleId: string,
  page: PageQuery,
): Promise<PageOf<ScheduleRun>> {
  requireScope(ctx, "reports:read");
  const { id } = await scheduleRow(ctx, scheduleId);
  const { rows, hasMore } = await listOwned(ctx, scheduleRuns, {
    page,
    kind: "scheduleRun",
    where: eq(scheduleRuns.scheduleId, id),
  });
  return toPage(rows.map(toScheduleRun), hasMore);
}
