import { blocks, experienceBatches } from "@whetstone/schemas/db";
import { and, asc, eq, isNotNull } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { BlockRow } from "./block-row.ts";
import { cellAt, concatColumns, type ExperienceColumns, fromPayload, pickRows } from "./experience-columns.ts";
import { readParquet } from "./experiences-parquet.ts";

/** Batches in the order they came; parts of one stay together. */
export const arrival = [
  asc(experienceBatches.createdAt),
  asc(experienceBatches.sequence),
  asc(experienceBatches.part),
  asc(experienceBatches.id),
];

/** Batches of a block that no file holds yet. */
export const waitingOf = ({ lifetimeId, blockNum }: Pick<BlockRow, "lifetimeId" | "blockNum">) =>
  and(
    eq(experienceBatches.lifetimeId, lifetimeId),
    eq(experienceBatches.blockNum, blockNum),
    isNotNull(experienceBatches.payload),
  );

/** All rows of a block, in their fixed order, wherever they lie. */
export async function readBlock(ctx: Context, block: BlockRow): Promise<ExperienceColumns> {
  // In one transaction, or rows that just move into a file would be missed.
  const [[now], waiting] = await ctx.db.batch([
    ctx.db.select({ files: blocks.files }).from(blocks).where(eq(blocks.id, block.id)),
    ctx.db
      .select({ payload: experienceBatches.payload })
      .from(experienceBatches)
      .where(waitingOf(block))
      .orderBy(...arrival),
  ]);
  const parts: ExperienceColumns[] = [];
  for (const file of now?.files ?? []) parts.push(await readParquet(ctx, file));
  for (const { payload } of waiting) if (payload !== null) parts.push(fromPayload(payload));
  return inOrder(concatColumns(parts));
}

/** By experience, then by worker, then as they came: several workers may share experience numbers, and every reading gives the same order. */
export function inOrder(experiences: ExperienceColumns): ExperienceColumns {
  const { exp_num: exp, worker_id: worker } = experiences.columns;
  const keys = Array.from({ length: experiences.rowCount }, (_, row) => ({
    row,
    exp: Number(cellAt(exp, row)),
    worker: String(cellAt(worker, row)),
  }));
  const isBefore = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  keys.sort((a, b) => a.exp - b.exp || isBefore(a.worker, b.worker) || a.row - b.row);
  return pickRows(
    experiences,
    keys.map(({ row }) => row),
  );
}
