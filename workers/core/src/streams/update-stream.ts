import type { Stream, UpdateStream } from "@whetstone/schemas/api";
import { streams } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { checkStreams } from "./check-streams.ts";
import { streamRow, toStream } from "./stream-row.ts";

/** Changes what is said about a stream; its experiences stay. */
export async function updateStream(ctx: Context, id: string, change: UpdateStream): Promise<Stream> {
  requireScope(ctx, "streams:write");
  const row = await streamRow(ctx, id);
  await checkStreams(ctx, change.expertStreamIds ?? []);
  const { name = row.name, scenario = row.scenario, expertStreamIds = row.expertStreamIds } = change;
  const after = { ...row, name, scenario, expertStreamIds };
  await ctx.db.batch([
    ctx.db
      .update(streams)
      .set({ name, scenario, expertStreamIds })
      .where(and(eq(streams.id, id), eq(streams.workspaceId, row.workspaceId))),
    auditRow(ctx, { action: "stream.update", subjectId: id }),
  ]);
  return toStream(ctx, after);
}
