import { type BatchReceipt, type BlockType, maxBatchRows } from "@whetstone/schemas/api";
import { streams } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError, notFound } from "../errors.ts";
import { appendAtEnd } from "./append-at-end.ts";
import { measureRule } from "./column-rules.ts";
import type { StreamRow } from "./stream-row.ts";

export interface BlockRecord {
  workspaceId: string;
  streamId: string;
  lifetime?: string;
  /** Never before the lifetime's last block; several records may share a block, an evaluation of several tasks for one. */
  blockNum: number;
  blockType: BlockType;
  taskName: string;
  taskParams?: Record<string, unknown>;
  /** What was measured, in order, an experience each: the stream's measures by name. One left out is a missing value. */
  rows: readonly Readonly<Record<string, number | null>>[];
  /** Names the record within its lifetime: the same one is written once, however often a step is repeated. */
  key: string;
}

/**
 * Writes what our own work measured into a block of a stream, once. A job of the platform: whoever calls it has checked who may write. Rows
 * are numbered on from the lifetime's last experience; throws `AppError` when the stream won't take them, and has then taken none.
 */
export async function recordBlock(ctx: Context, record: BlockRecord): Promise<BatchReceipt> {
  const { blockNum, blockType, taskName, taskParams = {}, rows } = record;
  const stream = await streamOf(ctx, record);
  if (rows.length === 0 || rows.length > maxBatchRows)
    throw new AppError("invalid_input", `a record has 1 to ${maxBatchRows} rows, not ${rows.length}`);
  return appendAtEnd(ctx, {
    stream,
    lifetime: record.lifetime ?? "main",
    // A space keeps it apart from names callers give.
    writer: `record ${record.key}`,
    bodyHash: (await sha256Hex(JSON.stringify([blockNum, blockType, taskName, taskParams, rows]))).slice(0, 32),
    blockType,
    blockNumAfter: (last) => {
      if (last && blockNum < last.blockNum)
        throw new AppError("conflict", `block ${blockNum} of ${stream.id} is over: block ${last.blockNum} has begun`);
      return blockNum;
    },
    taskName,
    taskParams,
    rowCount: rows.length,
    columns: measures(stream, rows),
  });
}

async function streamOf(ctx: Context, { streamId, workspaceId }: BlockRecord): Promise<StreamRow> {
  const [stream] = await ctx.db
    .select()
    .from(streams)
    .where(and(eq(streams.id, streamId), eq(streams.workspaceId, workspaceId)));
  if (!stream) throw notFound("stream", streamId);
  return stream;
}

function measures({ id, metricsColumns }: StreamRow, rows: BlockRecord["rows"]) {
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (!metricsColumns.includes(name))
        throw new AppError("invalid_input", `stream ${id} measures ${metricsColumns.join(", ")}, not ${name}`);
      if (measureRule.toCell(value) === undefined)
        throw new AppError("invalid_input", `${name} ${measureRule.detail}, not ${value}`);
    }
  }
  return Object.fromEntries(metricsColumns.map((name) => [name, { each: rows.map((row) => row[name] ?? null) }]));
}
