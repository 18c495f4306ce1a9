import type { Block, CloseBlocks } from "@whetstone/schemas/api";
import { blocks } from "@whetstone/schemas/db";
import { and, asc, eq, ne } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";
import { toBlock } from "./block-row.ts";
import { closeBlock } from "./close-block.ts";
import { lifetimeByName } from "./read-streams.ts";

const atOnce = 20;

/** Closes blocks of a lifetime at the caller's word: one, or up to twenty that are still open. Answers them as they then are. */
export async function closeBlocks(
  ctx: Context,
  { streamId, lifetime, blockNum }: CloseBlocks & { streamId: string },
): Promise<Block[]> {
  requireScope(ctx, "streams:write");
  const { id } = await lifetimeByName(ctx, { streamId, name: lifetime });
  const rows = await ctx.db
    .select()
    .from(blocks)
    .where(
      and(
        eq(blocks.lifetimeId, id),
        blockNum === undefined ? ne(blocks.status, "closed") : eq(blocks.blockNum, blockNum),
      ),
    )
    .orderBy(asc(blocks.blockNum))
    .limit(atOnce);
  if (blockNum !== undefined && rows.length === 0) throw notFound("block", String(blockNum));
  const closed: Block[] = [];
  for (const row of rows) closed.push(toBlock(await closeBlock(ctx, row)));
  if (closed.length > 0) await auditRow(ctx, { action: "block.close", subjectId: id });
  return closed;
}

/** Moves blocks that later ones have passed into Parquet. A job of the platform; of one lifetime, or of any. */
export async function closePassedBlocks(ctx: Context, lifetimeId?: string): Promise<number> {
  const isMine = lifetimeId === undefined ? undefined : eq(blocks.lifetimeId, lifetimeId);
  const rows = await ctx.db
    .select()
    .from(blocks)
    .where(and(eq(blocks.status, "closing"), isMine))
    .orderBy(asc(blocks.id))
    .limit(atOnce);
  for (const row of rows) await closeBlock(ctx, row);
  return rows.length;
}
