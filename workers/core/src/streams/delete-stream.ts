import type { Stream } from "@whetstone/schemas/api";
import { blocks, lifetimes, streams } from "@whetstone/schemas/db";
import { and, asc, eq, gt, ne, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { streamRow, type StreamRow, toStream } from "./stream-row.ts";

const perRead = 1_000;

/**
 * Deletes a stream with its lifetimes, experiences, matrices and metrics, and then the files that held them. The files last: should that
 * fail, nobody can find them any more. Reports that were made stay; a schedule that still asks for the stream says so in its next run.
 */
export async function deleteStream(ctx: Context, id: string): Promise<Stream> {
  requireScope(ctx, "streams:write");
  const row = await streamRow(ctx, id);
  const [answer, keys] = await Promise.all([toStream(ctx, row), fileKeys(ctx, row)]);
  await ctx.db.batch([
    ctx.db.delete(streams).where(and(eq(streams.id, id), eq(streams.workspaceId, row.workspaceId))),
    auditRow(ctx, { action: "stream.delete", subjectId: id }),
  ]);
  await ctx.storage.delete(keys);
  return answer;
}

async function fileKeys(ctx: Context, stream: StreamRow): Promise<string[]> {
  const keys: string[] = [];
  let after = "";
  while (true) {
    const rows = await ctx.db
      .select({ id: blocks.id, files: blocks.files })
      .from(blocks)
      .innerJoin(lifetimes, eq(lifetimes.id, blocks.lifetimeId))
      .where(and(eq(lifetimes.streamId, stream.id), ne(blocks.files, sql`'[]'`), gt(blocks.id, after)))
      .orderBy(asc(blocks.id))
      .limit(perRead);
    keys.push(...rows.flatMap(({ files }) => files.map(({ key }) => key)));
    const last = rows.at(-1);
    if (!last || rows.length < perRead) return keys;
    after = last.id;
  }
}
