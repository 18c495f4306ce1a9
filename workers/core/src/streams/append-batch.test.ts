import { experienceBatches, lifetimes } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { makeContext } from "../testing.ts";
import { cellAt } from "./experience-columns.ts";
import { readBlock } from "./read-block.ts";
import { blocksOf, makeExperiences, makeStream, sendBatch } from "./testing.ts";

async function setUp() {
  const ctx = await makeContext();
  return { ctx, streamId: (await makeStream(ctx)).id };
}

it("adds rows, their blocks and a revision", async () => {
  const { ctx, streamId } = await setUp();

  const receipt = await sendBatch(ctx, {
    streamId,
    records: [...makeExperiences(0), ...makeExperiences(1, { first: 3 })],
  });

  expect(receipt).toMatchObject({ rowCount: 6, isRepeat: false });
  expect(receipt.blocks).toEqual([
    { blockNum: 0, rowCount: 3 },
    { blockNum: 1, rowCount: 3 },
  ]);
  const rows = await blocksOf(ctx, streamId);
  expect(rows.map(({ blockNum, blockType, status, rowCount }) => [blockNum, blockType, status, rowCount])).toEqual([
    [0, "train", "closing", 3],
    [1, "test", "open", 3],
  ]);
  const [lifetime] = await ctx.db.select().from(lifetimes).where(eq(lifetimes.streamId, streamId));
  expect(lifetime).toMatchObject({ name: "main", role: "learner", revision: 1, rowCount: 6, columns: ["reward"] });
});

it.each([
  ["writer and sequence", { writer: "w", sequence: 4 }],
  ["an Idempotency-Key", { idempotencyKey: "abc" }],
])("adds a batch named by %s once", async (_how, name) => {
  const { ctx, streamId } = await setUp();
  const delivery = { streamId, records: makeExperiences(0), ...name };

  const first = await sendBatch(ctx, delivery);
  const [again, twin] = await Promise.all([sendBatch(ctx, delivery), sendBatch(ctx, delivery)]);

  expect([first.isRepeat, again.isRepeat, twin.isRepeat]).toEqual([false, true, true]);
  expect(again.blocks).toEqual(first.blocks);
  expect((await blocksOf(ctx, streamId))[0]?.rowCount).toBe(3);
});

it("adds one of many twins that come at once", async () => {
  const { ctx, streamId } = await setUp();
  const delivery = { streamId, records: makeExperiences(0), writer: "w", sequence: 0 };

  const receipts = await Promise.all(Array.from({ length: 8 }, () => sendBatch(ctx, delivery)));

  expect(receipts.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
  const [block] = await blocksOf(ctx, streamId);
  expect(block?.rowCount).toBe(3);
  expect(await ctx.db.$count(experienceBatches, eq(experienceBatches.lifetimeId, block?.lifetimeId ?? ""))).toBe(1);
});

it("refuses other rows under a name that was used", async () => {
  const { ctx, streamId } = await setUp();
  await sendBatch(ctx, { streamId, records: makeExperiences(0), writer: "w", sequence: 0 });

  const other = sendBatch(ctx, { streamId, records: makeExperiences(0, { first: 3 }), writer: "w", sequence: 0 });

  await expect(other).rejects.toMatchObject({ code: "idempotency_key_reused" });
});

it("loses nothing good to a bad batch", async () => {
  const { ctx, streamId } = await setUp();
  await sendBatch(ctx, { streamId, records: makeExperiences(0), writer: "w", sequence: 0 });

  const bad = sendBatch(ctx, { streamId, records: [{ block_num: 0 }], writer: "w", sequence: 1 });

  await expect(bad).rejects.toMatchObject({ code: "invalid_input" });
  const mended = await sendBatch(ctx, {
    streamId,
    records: makeExperiences(0, { first: 3 }),
    writer: "w",
    sequence: 1,
  });
  expect(mended.isRepeat).toBe(false);
  expect((await blocksOf(ctx, streamId))[0]?.rowCount).toBe(6);
});

it.each([
  ["another type for a block", makeExperiences(1, { first: 10, block_type: "train" } as never), "is a test block"],
  ["experiences before those of an earlier block", makeExperiences(2, { first: 0 }), "earlier blocks reach 12"],
  ["experiences after those of a later block", makeExperiences(0, { first: 11 }), "block 1 begins with 10"],
  ["other columns", makeExperiences(1, { first: 12, extra: 1 } as never), "column extra"],
])("refuses %s", async (_what, records, words) => {
  const { ctx, streamId } = await setUp();
  await sendBatch(ctx, { streamId, records: [...makeExperiences(0), ...makeExperiences(1, { first: 10 })] });

  await expect(sendBatch(ctx, { streamId, records })).rejects.toThrow(words);
});

it("reads rows of several workers in one order, however they came", async () => {
  const orders = [];
  for (const workers of [
    ["a", "b"],
    ["b", "a"],
  ]) {
    const { ctx, streamId } = await setUp();
    for (const worker_id of workers)
      await sendBatch(ctx, { streamId, records: makeExperiences(0, { worker_id } as never) });
    const [block] = await blocksOf(ctx, streamId);
    if (!block) throw new Error("no block");
    const { rowCount, columns } = await readBlock(ctx, block);
    orders.push(
      Array.from({ length: rowCount }, (_, i) => `${cellAt(columns["exp_num"], i)}${cellAt(columns["worker_id"], i)}`),
    );
  }

  expect(orders[0]).toEqual(["0a", "0b", "1a", "1b", "2a", "2b"]);
  expect(orders[1]).toEqual(orders[0]);
});

it("keeps lifetimes of a stream apart", async () => {
  const { ctx, streamId } = await setUp();
  for (const lifetime of ["seed-0", "seed-1"])
    await sendBatch(ctx, { streamId, records: makeExperiences(0), lifetime, writer: "w", sequence: 0 });

  expect((await blocksOf(ctx, streamId)).map(({ rowCount }) => rowCount)).toEqual([3, 3]);
});
