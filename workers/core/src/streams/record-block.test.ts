import { CreateStream } from "@whetstone/schemas/api";
import { describe, expect, it } from "vitest";
import { makeContext } from "../testing.ts";
import { createStream } from "./create-stream.ts";
import { cellAt } from "./experience-columns.ts";
import { readBlock } from "./read-block.ts";
import { type BlockRecord, recordBlock } from "./record-block.ts";
import { blocksOf } from "./testing.ts";

async function setUp() {
  const ctx = await makeContext();
  const { id: streamId } = await createStream(
    ctx,
    CreateStream.parse({ name: "loop", metricsColumns: ["verified", "reward"] }),
  );
  const record = (some: Partial<BlockRecord> & { key: string }) =>
    recordBlock(ctx, {
      workspaceId: ctx.workspaceId,
      streamId,
      blockNum: 0,
      blockType: "train",
      taskName: "scenes",
      rows: [{ verified: 0.5, reward: 1 }],
      ...some,
    });
  return { ctx, streamId, record };
}

describe("what our own work measured", () => {
  it("becomes blocks, numbered on from the last experience", async () => {
    const { ctx, streamId, record } = await setUp();

    await record({ key: "1/learn", rows: [{ reward: 1 }, { reward: 2 }], taskParams: { iteration: 1 } });
    await record({ key: "1/measure", blockNum: 1, blockType: "test" });
    await record({ key: "1/old", blockNum: 1, blockType: "test", taskName: "old" });

    const rows = await blocksOf(ctx, streamId);
    expect(rows.map((block) => [block.blockType, block.taskNames, block.firstExpNum, block.lastExpNum])).toEqual([
      ["train", ["scenes"], 0, 1],
      ["test", ["old", "scenes"], 2, 3],
    ]);
    const [learning] = rows;
    if (!learning) throw new Error("no block");
    const { columns } = await readBlock(ctx, learning);
    expect([0, 1].map((i) => [cellAt(columns["reward"], i), cellAt(columns["verified"], i)])).toEqual([
      [1, null],
      [2, null],
    ]);
    expect(cellAt(columns["task_params"], 0)).toBe('{"iteration":1}');
  });

  it("is written once, however often and at once it is told", async () => {
    const { ctx, streamId, record } = await setUp();

    const receipts = await Promise.all(Array.from({ length: 5 }, () => record({ key: "1/learn" })));
    await record({ key: "2/learn", blockNum: 1, blockType: "test" });
    const late = await record({ key: "1/learn" });

    expect(receipts.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    expect(late).toMatchObject({ isRepeat: true, blocks: [{ blockNum: 0, rowCount: 1 }] });
    expect((await blocksOf(ctx, streamId)).map(({ rowCount }) => rowCount)).toEqual([1, 1]);
  });

  it.each([
    ["other rows under a key", { key: "a", rows: [{ reward: 9 }] }, "idempotency_key_reused"],
    ["a block that is over", { key: "b", blockNum: 0 }, "conflict"],
    ["another type for a block", { key: "c", blockNum: 1, blockType: "test" as const }, "invalid_input"],
    ["a measure the stream has not", { key: "d", blockNum: 1, rows: [{ loss: 1 }] }, "invalid_input"],
    ["what is no number", { key: "e", blockNum: 1, rows: [{ reward: Number.NaN }] }, "invalid_input"],
    ["no rows", { key: "f", blockNum: 1, rows: [] }, "invalid_input"],
    ["another workspace", { key: "g", workspaceId: "ws_0" }, "not_found"],
  ])("is refused for %s", async (_what, some, code) => {
    const { ctx, streamId, record } = await setUp();
    await record({ key: "a" });
    await record({ key: "z", blockNum: 1 });

    await expect(record(some)).rejects.toMatchObject({ code });

    expect((await blocksOf(ctx, streamId)).map(({ rowCount }) => rowCount)).toEqual([1, 1]);
  });
});
