import type { BatchReceipt } from "@whetstone/schemas/api";
import { blocks, experienceBatches } from "@whetstone/schemas/db";
import { and, desc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { appendBatch, OutdatedRevision } from "./append-batch.ts";
import type { BlockRow } from "./block-row.ts";
import type { ExperienceColumns } from "./experience-columns.ts";
import { findOrCreateLifetime } from "./find-or-create-lifetime.ts";
import type { LifetimeRow, StreamRow } from "./stream-row.ts";
import { toTimestamp } from "./take-experiences.ts";

const maxTries = 20;

type LastBlock = Pick<BlockRow, "blockNum" | "blockType" | "lastExpNum">;

export interface Ending {
  stream: StreamRow;
  lifetime: string;
  /** Names the rows: what this writer wrote is written once. */
  writer: string;
  /** The same for the same rows. */
  bodyHash: string;
  blockType: BlockRow["blockType"];
  /** The block to write, given the lifetime's last one. */
  blockNumAfter: (last: LastBlock | undefined) => number;
  taskName: string;
  taskParams: Record<string, unknown>;
  rowCount: number;
  /** Columns beside l2logger's standard ones. */
  columns: ExperienceColumns["columns"];
}

/**
 * Writes complete experiences at a lifetime's end, numbered on from its last one. Another batch may come between looking for the place and
 * writing there: then the place is looked for again.
 */
export async function appendAtEnd(ctx: Context, ending: Ending): Promise<BatchReceipt> {
  const { stream, writer, bodyHash, rowCount } = ending;
  const role = "learner";
  for (let tries = 0; tries < maxTries; tries += 1) {
    const lifetime = await findOrCreateLifetime(ctx, { stream, lifetime: ending.lifetime, role });
    const written = await batchOf(ctx, lifetime, writer);
    const last = written ?? (await lastBlock(ctx, lifetime));
    const blockNum = written?.blockNum ?? ending.blockNumAfter(last);
    const firstExpNum = last ? last.lastExpNum + 1 : 0;
    try {
      return await appendBatch(ctx, {
        stream,
        lifetime: ending.lifetime,
        role,
        writer,
        sequence: 0,
        bodyHash,
        revision: lifetime.revision,
        experiences: {
          rowCount,
          columns: {
            block_num: { all: blockNum },
            block_type: { all: ending.blockType },
            block_subtype: { all: "wake" },
            exp_num: { each: Array.from({ length: rowCount }, (_, i) => firstExpNum + i) },
            exp_status: { all: "complete" },
            worker_id: { all: "worker-default" },
            task_name: { all: ending.taskName },
            task_params: { all: JSON.stringify(ending.taskParams) },
            timestamp: { all: toTimestamp(ctx.now()) },
            ...ending.columns,
          },
        },
      });
    } catch (error) {
      if (!(error instanceof OutdatedRevision)) throw error;
    }
  }
  throw new AppError("conflict", `lifetime ${ending.lifetime} of ${stream.id} changes too fast to add to its end`);
}

/** Where the writer's rows went before. */
async function batchOf(ctx: Context, lifetime: LifetimeRow, writer: string): Promise<LastBlock | undefined> {
  const [row] = await ctx.db
    .select({ blockNum: blocks.blockNum, blockType: blocks.blockType, lastExpNum: blocks.lastExpNum })
    .from(experienceBatches)
    .innerJoin(
      blocks,
      and(eq(blocks.lifetimeId, experienceBatches.lifetimeId), eq(blocks.blockNum, experienceBatches.blockNum)),
    )
    .where(and(eq(experienceBatches.lifetimeId, lifetime.id), eq(experienceBatches.writer, writer)))
    .limit(1);
  return row;
}

async function lastBlock(ctx: Context, lifetime: LifetimeRow): Promise<LastBlock | undefined> {
  const [row] = await ctx.db
    .select({ blockNum: blocks.blockNum, blockType: blocks.blockType, lastExpNum: blocks.lastExpNum })
    .from(blocks)
    .where(eq(blocks.lifetimeId, lifetime.id))
    .orderBy(desc(blocks.blockNum))
    .limit(1);
  return row;
}
