import type { BatchReceipt, LifetimeRole } from "@whetstone/schemas/api";
import { blocks, experienceBatches, lifetimes } from "@whetstone/schemas/db";
import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { isNullViolation, isUniqueViolation } from "../unique-violation.ts";
import { blockId } from "./block-row.ts";
import { type ExperienceColumns, toPayloads } from "./experience-columns.ts";
import { findOrCreateLifetime } from "./find-or-create-lifetime.ts";
import { type BlockPart, splitBlocks } from "./split-blocks.ts";
import type { LifetimeRow, StreamRow } from "./stream-row.ts";

export interface NewBatch {
  stream: StreamRow;
  lifetime: string;
  role: LifetimeRole;
  /** With `sequence` the batch's name: the same one is added once. */
  writer: string;
  sequence: number;
  bodyHash: string;
  /** Add only to this revision of the lifetime; throws `OutdatedRevision` when it has changed. */
  revision?: number;
  experiences: ExperienceColumns;
}

export class OutdatedRevision extends Error {}

/**
 * Adds a batch to a lifetime: its rows, their blocks and the lifetime's new revision in one write, once. Rows of a later block send the
 * open blocks before it on their way into Parquet.
 */
export async function appendBatch(ctx: Context, input: NewBatch): Promise<BatchReceipt> {
  const parts = splitBlocks(input.experiences);
  const lifetime = await findOrCreateLifetime(ctx, input);
  const known = await lookUp(ctx, { input, lifetime, parts });
  if (known.repeat) return toReceipt(input, lifetime, { parts: known.repeat, isRepeat: true });
  checkFit({ parts, lifetime, known, experiences: input.experiences });

  let closing: unknown[];
  try {
    const results = await batch(ctx, statements(ctx, { input, lifetime, parts }));
    closing = results.at(-1) as unknown[];
  } catch (error) {
    if (input.revision !== undefined && isNullViolation(error))
      throw new OutdatedRevision(`lifetime ${lifetime.id} has changed`, { cause: error });
    // The batch's twin was quicker: what it wrote is what we would have.
    if (!isUniqueViolation(error)) throw error;
    const after = await lookUp(ctx, { input, lifetime, parts });
    if (!after.repeat) throw error;
    return toReceipt(input, lifetime, { parts: after.repeat, isRepeat: true });
  }
  if (closing.length > 0) await ctx.pipeline.closeBlocks(lifetime.id).catch(() => undefined);
  return toReceipt(input, lifetime, {
    parts: parts.map(({ blockNum, experiences }) => ({ blockNum, rowCount: experiences.rowCount })),
    isRepeat: false,
  });
}

type Sizes = BatchReceipt["blocks"];

function toReceipt(
  { stream }: NewBatch,
  lifetime: LifetimeRow,
  { parts, isRepeat }: { parts: Sizes; isRepeat: boolean },
): BatchReceipt {
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  return {
    object: "experience_batch",
    streamId: stream.id,
    lifetimeId: lifetime.id,
    rowCount,
    blocks: parts,
    isRepeat,
  };
}

interface Known {
  /** What the batch left behind when it came before. */
  repeat: Sizes | undefined;
  types: Map<number, string>;
  before: { blockNum: number; expNum: number } | undefined;
  after: { blockNum: number; expNum: number } | undefined;
}

interface Looking {
  input: NewBatch;
  lifetime: LifetimeRow;
  parts: readonly BlockPart[];
}

async function lookUp(ctx: Context, { input, lifetime, parts }: Looking): Promise<Known> {
  const numbers = parts.map(({ blockNum }) => blockNum);
  const mine = eq(blocks.lifetimeId, lifetime.id);
  const [sent, same, [before], [after]] = await ctx.db.batch([
    ctx.db
      .select({
        blockNum: experienceBatches.blockNum,
        rowCount: sql<number>`sum(${experienceBatches.rowCount})`,
        bodyHash: sql<string>`max(${experienceBatches.bodyHash})`,
      })
      .from(experienceBatches)
      .where(
        and(
          eq(experienceBatches.lifetimeId, lifetime.id),
          eq(experienceBatches.writer, input.writer),
          eq(experienceBatches.sequence, input.sequence),
        ),
      )
      .groupBy(experienceBatches.blockNum),
    ctx.db
      .select({ blockNum: blocks.blockNum, blockType: blocks.blockType })
      .from(blocks)
      .where(and(mine, inArray(blocks.blockNum, sql`(select value from json_each(${JSON.stringify(numbers)}))`))),
    ctx.db
      .select({ blockNum: sql<number>`max(${blocks.blockNum})`, expNum: sql<number | null>`max(${blocks.lastExpNum})` })
      .from(blocks)
      .where(and(mine, lt(blocks.blockNum, Math.min(...numbers)))),
    ctx.db
      .select({
        blockNum: sql<number>`min(${blocks.blockNum})`,
        expNum: sql<number | null>`min(${blocks.firstExpNum})`,
      })
      .from(blocks)
      .where(and(mine, gt(blocks.blockNum, Math.max(...numbers)))),
  ]);
  if (sent.some(({ bodyHash }) => bodyHash !== input.bodyHash))
    throw new AppError(
      "idempotency_key_reused",
      `batch ${input.sequence} of ${input.writer} came with other rows before; count the sequence up for new ones`,
    );
  const bound = (row: { blockNum: number; expNum: number | null } | undefined) =>
    row && row.expNum !== null ? { blockNum: row.blockNum, expNum: row.expNum } : undefined;
  return {
    repeat: sent.length > 0 ? sent.map(({ blockNum, rowCount }) => ({ blockNum, rowCount })) : undefined,
    types: new Map(same.map(({ blockNum, blockType }) => [blockNum, blockType])),
    before: bound(before),
    after: bound(after),
  };
}

interface Fitting {
  parts: readonly BlockPart[];
  lifetime: LifetimeRow;
  known: Known;
  experiences: ExperienceColumns;
}

/** Refuses rows that contradict what the lifetime holds: another type for a block, experience numbers out of the blocks' order, other columns. */
function checkFit({ parts, lifetime, known, experiences }: Fitting): void {
  for (const { blockNum, blockType, firstExpNum, lastExpNum } of parts) {
    const type = known.types.get(blockNum);
    if (type !== undefined && type !== blockType)
      refuse("block_type", `block ${blockNum} is a ${type} block; rows of type ${blockType} need a new block_num`);
    if (known.before && firstExpNum < known.before.expNum)
      refuse(
        "exp_num",
        `block ${blockNum} begins with experience ${firstExpNum}, but earlier blocks reach ${known.before.expNum}`,
      );
    if (known.after && lastExpNum > known.after.expNum)
      refuse(
        "exp_num",
        `block ${blockNum} reaches experience ${lastExpNum}, but block ${known.after.blockNum} begins with ${known.after.expNum}`,
      );
  }
  const own = otherColumns(experiences);
  const difference =
    lifetime.columns?.find((name) => !own.includes(name)) ??
    own.find((name) => lifetime.columns && !lifetime.columns.includes(name));
  if (difference !== undefined)
    refuse(
      difference,
      `column ${difference}: every record of a lifetime must have the same columns (${lifetime.columns?.join(", ")})`,
    );
}

function refuse(column: string, detail: string): never {
  throw new AppError("invalid_input", `no row of this batch was taken: ${detail}`, {
    fields: [{ pointer: `/${column}`, code: "does_not_fit_lifetime", detail }],
  });
}

const standard = new Set([
  "exp_num",
  "worker_id",
  "block_subtype",
  "task_name",
  "task_params",
  "exp_status",
  "timestamp",
]);
const otherColumns = ({ columns }: ExperienceColumns): string[] =>
  Object.keys(columns)
    .filter((name) => !standard.has(name) && name !== "block_num" && name !== "block_type")
    .toSorted();

function statements(ctx: Context, { input, lifetime, parts }: Looking) {
  const now = ctx.now();
  const rows = parts.flatMap(({ blockNum, experiences }) =>
    toPayloads(experiences).map(({ payload, rowCount }, part) =>
      ctx.db.insert(experienceBatches).values({
        id: ctx.newId("batch"),
        lifetimeId: lifetime.id,
        blockNum,
        writer: input.writer,
        sequence: input.sequence,
        part,
        bodyHash: input.bodyHash,
        rowCount,
        payload,
        createdAt: now,
      }),
    ),
  );
  const touched = parts.map(({ experiences, taskNames, ...part }) =>
    ctx.db
      .insert(blocks)
      .values({
        ...part,
        id: blockId(lifetime.id, part.blockNum),
        workspaceId: lifetime.workspaceId,
        lifetimeId: lifetime.id,
        status: "open",
        rowCount: experiences.rowCount,
        taskNames,
        files: [],
        createdAt: now,
      })
      .onConflictDoUpdate({
        target: [blocks.lifetimeId, blocks.blockNum],
        set: {
          status: "open",
          rowCount: sql`${blocks.rowCount} + excluded.row_count`,
          firstExpNum: sql`min(${blocks.firstExpNum}, excluded.first_exp_num)`,
          lastExpNum: sql`max(${blocks.lastExpNum}, excluded.last_exp_num)`,
          taskNames: sql`(select json_group_array(value) from (select value from json_each(${blocks.taskNames}) union select value from json_each(excluded.task_names)))`,
        },
      }),
  );
  const revised = ctx.db
    .update(lifetimes)
    .set({
      // Null breaks NOT NULL and with it the whole batch.
      revision:
        input.revision === undefined
          ? sql`${lifetimes.revision} + 1`
          : sql`case when ${lifetimes.revision} = ${input.revision} then ${lifetimes.revision} + 1 end`,
      rowCount: sql`${lifetimes.rowCount} + ${input.experiences.rowCount}`,
      columns: sql`coalesce(${lifetimes.columns}, ${JSON.stringify(otherColumns(input.experiences))})`,
    })
    .where(eq(lifetimes.id, lifetime.id));
  // A late row opens its block again; so whatever is open before the lifetime's last block is on its way out.
  const passed = ctx.db
    .update(blocks)
    .set({ status: "closing" })
    .where(
      and(
        eq(blocks.lifetimeId, lifetime.id),
        eq(blocks.status, "open"),
        sql`${blocks.blockNum} < (select max(block_num) from blocks as later where later.lifetime_id = ${lifetime.id})`,
      ),
    )
    .returning({ id: blocks.id });
  return [...rows, ...touched, revised, passed];
}
