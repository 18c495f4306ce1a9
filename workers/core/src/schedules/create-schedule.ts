import type { CreateSchedule, Schedule } from "@whetstone/schemas/api";
import { schedules } from "@whetstone/schemas/db";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { checkQuery } from "../reports/check-query.ts";
import { inWorkspace } from "../scope.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";
import { checkTiming, nextDue } from "./due-times.ts";
import { toSchedule } from "./schedule-row.ts";

/** A report that is made again and again. The first is due at the first due time from now. */
export async function createSchedule(ctx: Context, input: CreateSchedule): Promise<Schedule> {
  requireScope(ctx, "reports:write");
  checkTiming(input, ctx.now());
  await checkQuery(ctx, input.report);
  await checkQuota(ctx);
  const row = {
    ...input,
    id: ctx.newId("schedule"),
    workspaceId: workspaceOf(ctx),
    nextDueAt: input.isPaused ? null : nextDue(input, ctx.now()),
    lastDueAt: null,
    createdAt: ctx.now(),
  };
  await ctx.db.batch([
    ctx.db.insert(schedules).values(row),
    auditRow(ctx, { action: "schedule.create", subjectId: row.id }),
  ]);
  return toSchedule(row);
}

async function checkQuota(ctx: Context): Promise<void> {
  const { quotas } = await workspaceRow(ctx);
  if ((await ctx.db.$count(schedules, inWorkspace(ctx, schedules))) < quotas.maxSchedules) return;
  throw new AppError(
    "quota_exceeded",
    `this workspace has its ${quotas.maxSchedules} schedules; delete one or ask for a higher quota`,
  );
}
