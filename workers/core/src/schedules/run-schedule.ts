import type { ScheduleRun } from "@whetstone/schemas/api";
import { scheduleRuns } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { scheduleRow, scheduleRunId, toScheduleRun } from "./schedule-row.ts";

/** Makes the schedule's report now, paused or not. When it is due next does not change. */
export async function runSchedule(ctx: Context, scheduleId: string): Promise<ScheduleRun> {
  requireScope(ctx, "reports:write");
  const schedule = await scheduleRow(ctx, scheduleId);
  const dueAt = ctx.now();
  const id = await scheduleRunId(scheduleId, dueAt);
  await ctx.db.batch([
    ctx.db
      .insert(scheduleRuns)
      .values({
        id,
        workspaceId: schedule.workspaceId,
        scheduleId,
        trigger: "hand",
        dueAt,
        status: "queued",
        createdAt: dueAt,
      })
      .onConflictDoNothing(),
    auditRow(ctx, { action: "schedule.run", subjectId: scheduleId }),
  ]);
  await ctx.pipeline.report(id).catch(() => undefined);
  const [row] = await ctx.db.select().from(scheduleRuns).where(eq(scheduleRuns.id, id));
  if (!row) throw new Error(`schedule run ${id} was not written`);
  return toScheduleRun(row);
}
