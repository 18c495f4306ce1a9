import type { Block } from "@whetstone/schemas/api";
import type { blocks } from "@whetstone/schemas/db";

export type BlockRow = typeof blocks.$inferSelect;

/** A block's id is its lifetime's and its number, so that id order is the order of blocks and making it twice is making it once. */
export const blockId = (lifetimeId: string, blockNum: number): string =>
  `blk_${lifetimeId.slice(lifetimeId.indexOf("_") + 1)}_${String(blockNum).padStart(9, "0")}`;

export function toBlock(block: BlockRow): Block {
  const { workspaceId: _, files, createdAt, closedAt, ...row } = block;
  return {
    ...row,
    object: "block",
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    createdAt: createdAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
  };
}
