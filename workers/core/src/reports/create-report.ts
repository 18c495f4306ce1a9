import type { CreateReport, Report } from "@whetstone/schemas/api";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { checkStreams } from "../streams/check-streams.ts";
import { makeReport } from "./make-report.ts";
import { getReport } from "./read-reports.ts";

/** Makes a report now. */
export async function createReport(ctx: Context, query: CreateReport): Promise<Report> {
  requireScope(ctx, "reports:write");
  await checkStreams(ctx, query.streamIds);
  const id = ctx.newId("report");
  await makeReport(ctx, { id, workspaceId: workspaceOf(ctx), scheduleId: null, query });
  return getReport(ctx, id);
}
