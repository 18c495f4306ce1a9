import { scheduleRuns, schedules } from "@whetstone/schemas/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { makeReport } from "../reports/make-report.ts";
import { eventRows, startDeliveries } from "../webhooks/publish-event.ts";
import { idAt, type ScheduleRow, type ScheduleRunRow } from "./schedule-row.ts";

/** Makes the report of a schedule's run. Ids are derived from the run's schedule and time, so a repeated step makes no second one. */
export async function makeScheduledReport(ctx: Context, scheduleRunId: string): Promise<{ reportId: string } | null> {
  const found = await load(ctx, scheduleRunId);
  if (!found) return null;
  const { run, schedule } = found;
  await ctx.db.update(scheduleRuns).set({ status: "running", startedAt: ctx.now() }).where(isOpen(run.id));
  const reportId = `rep_${await idAt(schedule.id, run.dueAt)}`;
  const { workspaceId } = run;
  await makeReport(ctx, { id: reportId, workspaceId, scheduleId: schedule.id, query: schedule.report });
  return { reportId };
}

/** Tells that the report is there: the run's end and the event in one write, then the deliveries. */
export async function finishScheduleRun(ctx: Context, scheduleRunId: string, reportId: string): Promise<void> {
  const found = await load(ctx, scheduleRunId);
  if (!found) return;
  const { run } = found;
  const eventId = `evt_${reportId.slice("rep_".length)}`;
  const data = { id: reportId, object: "report", scheduleId: run.scheduleId };
  await ctx.db.batch([
    eventRows(ctx, { id: eventId, workspaceId: run.workspaceId, type: "report.created", data }),
    ctx.db.update(scheduleRuns).set({ status: "succeeded", reportId, finishedAt: ctx.now() }).where(isOpen(run.id)),
  ]);
  await startDeliveries(ctx, eventId);
}

/** The report can't be made: its run says why. */
export async function failScheduleRun(
  ctx: Context,
  scheduleRunId: string,
  { code, message }: { code: string; message: string },
): Promise<void> {
  await ctx.db
    .update(scheduleRuns)
    .set({ status: "failed", errorCode: code, errorMessage: message, finishedAt: ctx.now() })
    .where(isOpen(scheduleRunId));
}

const isOpen = (id: string) => and(eq(scheduleRuns.id, id), inArray(scheduleRuns.status, ["queued", "running"]));

/** Nothing when the schedule was deleted, or when the run has ended. */
async function load(
  ctx: Context,
  scheduleRunId: string,
): Promise<{ run: ScheduleRunRow; schedule: ScheduleRow } | undefined> {
  const [row] = await ctx.db
    .select()
    .from(scheduleRuns)
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .where(isOpen(scheduleRunId));
  return row && { run: row.schedule_runs, schedule: row.schedules };
}
