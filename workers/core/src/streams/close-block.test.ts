import { experienceBatches } from "@whetstone/schemas/db";
import { and, eq, isNotNull } from "drizzle-orm";
import { parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import type { Context } from "../context.ts";
import { makeContext } from "../testing.ts";
import { closeBlock } from "./close-block.ts";
import { closePassedBlocks } from "./close-blocks.ts";
import { cellAt } from "./experience-columns.ts";
import { readBlock } from "./read-block.ts";
import { blocksOf, makeExperiences, makeStream, sendBatch } from "./testing.ts";

async function setUp(batches = 2) {
  const ctx = await makeContext();
  const streamId = (await makeStream(ctx)).id;
  for (let i = 0; i < batches; i += 1)
    await sendBatch(ctx, { streamId, records: makeExperiences(0, { first: 3 * i }), writer: "w", sequence: i });
  return { ctx, streamId };
}

async function onlyBlock(ctx: Context, streamId: string) {
  const [block] = await blocksOf(ctx, streamId);
  if (!block) throw new Error("no block");
  return block;
}

async function experiencesOf(ctx: Context, streamId: string): Promise<unknown[]> {
  const { rowCount, columns } = await readBlock(ctx, await onlyBlock(ctx, streamId));
  return Array.from({ length: rowCount }, (_, i) => cellAt(columns["exp_num"], i));
}

const waitingCount = (ctx: Context, lifetimeId: string) =>
  ctx.db.$count(
    experienceBatches,
    and(eq(experienceBatches.lifetimeId, lifetimeId), isNotNull(experienceBatches.payload)),
  );

it("moves a block's rows into one Parquet file that others can read", async () => {
  const { ctx, streamId } = await setUp();

  const closed = await closeBlock(ctx, await onlyBlock(ctx, streamId));

  expect(closed).toMatchObject({ status: "closed", rowCount: 6 });
  expect(closed.files).toHaveLength(1);
  expect(await waitingCount(ctx, closed.lifetimeId)).toBe(0);
  const { key = "", sizeBytes = 0 } = closed.files[0] ?? {};
  const rows = await parquetReadObjects({ file: await ctx.storage.getRange(key, { start: 0, end: sizeBytes }) });
  expect(rows[1]).toMatchObject({
    exp_num: 1n,
    reward: 0.1,
    task_name: "nav_1",
    worker_id: "worker-default",
    task_params: "{}",
  });
  expect(await experiencesOf(ctx, streamId)).toEqual([0, 1, 2, 3, 4, 5]);
});

it("knows a batch again after its rows have moved", async () => {
  const { ctx, streamId } = await setUp();
  await closeBlock(ctx, await onlyBlock(ctx, streamId));

  const again = await sendBatch(ctx, { streamId, records: makeExperiences(0), writer: "w", sequence: 0 });

  expect(again).toMatchObject({ isRepeat: true, rowCount: 3 });
  expect(await experiencesOf(ctx, streamId)).toHaveLength(6);
});

it("takes late rows into a closed block and closes it again", async () => {
  const { ctx, streamId } = await setUp();
  await closeBlock(ctx, await onlyBlock(ctx, streamId));

  await sendBatch(ctx, { streamId, records: makeExperiences(0, { first: 6 }), writer: "late", sequence: 0 });

  const opened = await onlyBlock(ctx, streamId);
  expect(opened.status).toBe("open");
  expect(await experiencesOf(ctx, streamId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect((await closeBlock(ctx, opened)).files).toHaveLength(2);
  expect(await experiencesOf(ctx, streamId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

it("counts no row twice when many close at once while rows come in", async () => {
  const { ctx, streamId } = await setUp(1);
  const block = await onlyBlock(ctx, streamId);
  const send = (i: number) =>
    sendBatch(ctx, { streamId, records: makeExperiences(0, { first: 3 * i }), writer: `w${i}`, sequence: 0 });

  await Promise.all([
    closeBlock(ctx, block),
    send(1),
    closeBlock(ctx, block),
    send(2),
    closeBlock(ctx, block),
    send(3),
  ]);
  const after = await closeBlock(ctx, await onlyBlock(ctx, streamId));

  expect(after.rowCount).toBe(12);
  expect(after.files.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(12);
  expect(await experiencesOf(ctx, streamId)).toEqual(Array.from({ length: 12 }, (_, i) => i));
});

it.each(["before the file is put", "after the file is put"])(
  "loses and doubles nothing when it dies %s",
  async (when) => {
    const { ctx, streamId } = await setUp();
    const block = await onlyBlock(ctx, streamId);
    const dying: Context = {
      ...ctx,
      storage: {
        ...ctx.storage,
        async putIfAbsent(...put) {
          if (when === "after the file is put") await ctx.storage.putIfAbsent(...put);
          throw new Error("died");
        },
      },
    };
    await expect(closeBlock(dying, block)).rejects.toThrow("died");
    expect(await experiencesOf(ctx, streamId)).toEqual([0, 1, 2, 3, 4, 5]);

    const closed = await closeBlock(ctx, block);

    expect(closed.files).toHaveLength(1);
    expect(await experiencesOf(ctx, streamId)).toEqual([0, 1, 2, 3, 4, 5]);
  },
);

it("closes blocks that later ones have passed, and no others", async () => {
  const { ctx, streamId } = await setUp();
  await sendBatch(ctx, { streamId, records: makeExperiences(1, { first: 6 }) });
  const [first] = await blocksOf(ctx, streamId);

  await closePassedBlocks(ctx, first?.lifetimeId);

  expect((await blocksOf(ctx, streamId)).map(({ status }) => status)).toEqual(["closed", "open"]);
});
