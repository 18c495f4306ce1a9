import { type BlockFile, blocks, experienceBatches } from "@whetstone/schemas/db";
import { and, eq, inArray, ne, notExists, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { blockFileKey } from "../object-keys.ts";
import { isNullViolation } from "../unique-violation.ts";
import type { BlockRow } from "./block-row.ts";
import { concatColumns, type ExperienceColumns, fromPayload } from "./experience-columns.ts";
import { toParquet } from "./experiences-parquet.ts";
import { arrival, inOrder, waitingOf } from "./read-block.ts";

const maxFileRows = 200_000;
const maxFilePayload = 8_000_000;
const maxBatches = 1_000;
const maxFiles = 10_000;

/**
 * Moves a block's waiting rows into Parquet, file by file, then calls it closed. Each file is put under a key derived from the batches it
 * holds; one write then names it in the block and empties those batches, and only if all of them still were full. So a crash anywhere
 * leaves at worst a file nobody names, and two closers at once can't count a row twice.
 */
export async function closeBlock(ctx: Context, block: BlockRow): Promise<BlockRow> {
  for (let tries = 0; tries < maxFiles; tries += 1) {
    const waiting = await pickBatches(ctx, block);
    if (waiting.length > 0) {
      await moveIntoFile(ctx, { block, waiting });
      continue;
    }
    await markClosed(ctx, block);
    const [after] = await ctx.db.select().from(blocks).where(eq(blocks.id, block.id));
    if (after?.status === "closed") return after;
  }
  throw new Error(`block ${block.id} gets rows as fast as they are moved`);
}

/** The oldest waiting batches that make one file. */
async function pickBatches(ctx: Context, block: BlockRow): Promise<{ id: string; rowCount: number }[]> {
  const rows = await ctx.db
    .select({
      id: experienceBatches.id,
      rowCount: experienceBatches.rowCount,
      length: sql<number>`length(${experienceBatches.payload})`,
    })
    .from(experienceBatches)
    .where(waitingOf(block))
    .orderBy(...arrival)
    .limit(maxBatches);
  let [rowCount, length] = [0, 0];
  return rows.filter((row, i) => {
    rowCount += row.rowCount;
    length += row.length;
    return i === 0 || (rowCount <= maxFileRows && length <= maxFilePayload);
  });
}

interface Move {
  block: BlockRow;
  waiting: { id: string; rowCount: number }[];
}

async function moveIntoFile(ctx: Context, { block, waiting }: Move): Promise<void> {
  const ids = JSON.stringify(waiting.map(({ id }) => id));
  const isPicked = inArray(experienceBatches.id, sql`(select value from json_each(${ids}))`);
  const rows = await ctx.db
    .select({ payload: experienceBatches.payload })
    .from(experienceBatches)
    .where(and(isPicked, waitingOf(block)))
    .orderBy(...arrival);
  const payloads = rows.flatMap(({ payload }) => (payload === null ? [] : [fromPayload(payload)]));
  if (payloads.length < waiting.length) return;

  const file = await putFile(ctx, { block, ids, experiences: inOrder(concatColumns(payloads)) });
  const full = sql`(select count(*) from ${experienceBatches} where id in (select value from json_each(${ids})) and payload is not null)`;
  try {
    await ctx.db.batch([
      ctx.db
        .update(blocks)
        .set({
          // Null breaks NOT NULL and with it the whole batch: another closer has moved some of these rows.
          files: sql`case when ${full} = ${waiting.length} then json_insert(${blocks.files}, '$[#]', json(${JSON.stringify(file)})) end`,
        })
        .where(eq(blocks.id, block.id)),
      ctx.db.update(experienceBatches).set({ payload: null }).where(isPicked),
    ]);
  } catch (error) {
    if (!isNullViolation(error)) throw error;
  }
}

async function putFile(
  ctx: Context,
  { block, ids, experiences }: { block: BlockRow; ids: string; experiences: ExperienceColumns },
): Promise<BlockFile> {
  const name = (await sha256Hex(ids)).slice(0, 32);
  const key = blockFileKey(block.workspaceId, { blockId: block.id, name });
  const bytes = toParquet(experiences);
  const { rowCount } = experiences;
  const put = await ctx.storage.putIfAbsent(key, bytes, "application/vnd.apache.parquet");
  if (put === "created") return { key, sizeBytes: bytes.length, sha256: await sha256Hex(bytes), rowCount };
  // An earlier closing of the same batches put it and got no further: the same rows, perhaps by another version of the writer.
  const stored = await ctx.storage.head(key);
  if (!stored) throw new Error(`${key} is being written by another closing of this block`);
  const there = new Uint8Array(await ctx.storage.getRange(key, { start: 0, end: stored.sizeBytes }));
  return { key, sizeBytes: there.length, sha256: await sha256Hex(there), rowCount };
}

/** Unless rows came in meanwhile. */
async function markClosed(ctx: Context, block: BlockRow): Promise<void> {
  const waiting = ctx.db
    .select({ one: sql`1` })
    .from(experienceBatches)
    .where(waitingOf(block));
  await ctx.db
    .update(blocks)
    .set({ status: "closed", closedAt: ctx.now() })
    .where(and(eq(blocks.id, block.id), ne(blocks.status, "closed"), notExists(waiting)));
}
