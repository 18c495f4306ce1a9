import type { CreateStream, Stream } from "@whetstone/schemas/api";
import { streams } from "@whetstone/schemas/db";
import { count } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";
import { checkStreams } from "./check-streams.ts";
import { toStream } from "./stream-row.ts";

/** A stream, empty until experiences come in. */
export async function createStream(ctx: Context, input: CreateStream): Promise<Stream> {
  requireScope(ctx, "streams:write");
  await checkQuota(ctx);
  await checkStreams(ctx, input.expertStreamIds);
  const row = {
    ...input,
    metricsColumns: [...new Set(input.metricsColumns)],
    id: ctx.newId("stream"),
    workspaceId: workspaceOf(ctx),
    createdAt: ctx.now(),
  };
  await ctx.db.batch([
    ctx.db.insert(streams).values(row),
    auditRow(ctx, { action: "stream.create", subjectId: row.id }),
  ]);
  return toStream(ctx, row);
}

async function checkQuota(ctx: Context): Promise<void> {
  const { quotas } = await workspaceRow(ctx);
  const [row] = await ctx.db.select({ count: count() }).from(streams).where(inWorkspace(ctx, streams));
  if ((row?.count ?? 0) < quotas.maxStreams) return;
  throw new AppError("quota_exceeded", `this workspace has its ${quotas.maxStreams} streams; ask for a higher quota`);
}
