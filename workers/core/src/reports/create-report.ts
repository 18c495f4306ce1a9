import type { CreateReport, Report } from "@whetstone/schemas/api";
import { lifetimes } from "@whetstone/schemas/db";
import { inArray, sql } from "drizzle-orm";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { checkQuery } from "./check-query.ts";
import { makeReport } from "./make-report.ts";
import { getReport } from "./read-reports.ts";

/** A request answers in seconds; what takes longer is a workflow's. */
const maxRows = 2_000_000;

/** Makes a report now. */
export async function createReport(ctx: Context, query: CreateReport): Promise<Report> {
  requireScope(ctx, "reports:write");
  await checkQuery(ctx, query);
  await checkSize(ctx, query);
  const id = ctx.newId("report");
  await makeReport(ctx, { id, workspaceId: workspaceOf(ctx), scheduleId: null, query });
  return getReport(ctx, id);
}

async function checkSize(ctx: Context, { streamIds }: CreateReport): Promise<void> {
  const [sum] = await ctx.db
    .select({ rowCount: sql<number>`coalesce(sum(${lifetimes.rowCount}), 0)` })
    .from(lifetimes)
    .where(inWorkspace(ctx, lifetimes, inArray(lifetimes.streamId, streamIds)));
  if ((sum?.rowCount ?? 0) <= maxRows) return;
  throw new AppError(
    "payload_too_large",
    `these streams hold ${sum?.rowCount} experiences; a report made at once takes ${maxRows}: take fewer streams, or make a schedule and run it`,
  );
}
