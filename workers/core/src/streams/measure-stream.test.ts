import { LifelongOptions, MetricsQuery } from "@whetstone/schemas/api";
import { lifetimes, metricResults } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import type { Context } from "../context.ts";
import { computeMetrics, createLogBuilder, settleLog } from "../lifelong/index.ts";
import { makeContext } from "../testing.ts";
import { closeBlock } from "./close-block.ts";
import { measureStream } from "./measure-stream.ts";
import { updateStream } from "./update-stream.ts";
import { blocksOf, type Experience, makeStream, sendBatch } from "./testing.ts";

/** Two tasks learnt one after the other, evaluated before, between and after. */
const log: Experience[] = ["test", "train", "test", "train", "test"].flatMap((block_type, block_num) =>
  Array.from({ length: 40 }, (_, i) => ({
    block_num,
    exp_num: block_num * 40 + i,
    block_type: block_type as "train" | "test",
    task_name: (block_type === "train" ? block_num === 1 : i < 20) ? "Nav_1" : "nav_2",
    reward: Math.round((block_num + 1) * 10 + 7 * Math.sin(i) + i / 3) / 10,
  })),
);
const expert: Experience[] = Array.from({ length: 60 }, (_, i) => ({
  block_num: 0,
  exp_num: i,
  block_type: "train",
  task_name: "nav_1",
  reward: i / 30,
}));

async function setUp() {
  const ctx = await makeContext();
  const { id: streamId } = await makeStream(ctx);
  await sendBatch(ctx, { streamId, records: log, lifetime: "seed-0" });
  await sendBatch(ctx, { streamId, records: expert, lifetime: "expert-1", role: "expert" });
  return { ctx, streamId };
}

const measure = async (ctx: Context, streamId: string, query = {}) =>
  (await measureStream(ctx, streamId, MetricsQuery.parse(query))).data;

it("gives what the engine gives on the same rows, experts included", async () => {
  const { ctx, streamId } = await setUp();
  const toTable = (rows: Experience[]) => {
    const builder = createLogBuilder();
    for (const row of rows)
      builder.add({
        blockNum: row.block_num,
        expNum: row.exp_num,
        blockType: row.block_type,
        task: row.task_name,
        value: row.reward,
      });
    return settleLog(builder.table).table;
  };
  const experts = [{ name: "expert-1", table: toTable(expert) }];
  const { lifetime } = computeMetrics({ table: toTable(log), experts }, LifelongOptions.parse({}));

  const [measured] = await measure(ctx, streamId);

  expect(measured).toMatchObject({ lifetime: "seed-0", error: null, options: { perfMeasure: "reward" } });
  expect(measured?.metrics).toMatchObject(
    Object.fromEntries(Object.entries(lifetime).filter(([, value]) => !Number.isNaN(value))),
  );
  expect(measured?.metrics?.["ste_rel_perf"]).toBeGreaterThan(0);
  expect(Object.values(measured?.experts ?? {})).toEqual([1]);
});

it("gives the same before and after blocks close, and keeps it until something changes", async () => {
  const { ctx, streamId } = await setUp();
  const count = () => ctx.db.$count(metricResults, eq(metricResults.workspaceId, ctx.workspaceId));
  const [open] = await measure(ctx, streamId);
  await ctx.db.delete(metricResults).where(eq(metricResults.workspaceId, ctx.workspaceId));
  for (const block of await blocksOf(ctx, streamId)) await closeBlock(ctx, block);

  const [closed] = await measure(ctx, streamId);
  const [again] = await measure(ctx, streamId);
  expect(closed?.metrics).toEqual(open?.metrics);
  expect([again, await count()]).toEqual([closed, 1]);

  await measure(ctx, streamId, { smoothingMethod: "none" });
  expect(await count()).toBe(2);
  await sendBatch(ctx, { streamId, records: [{ ...log[199], exp_num: 200, reward: 99 }], lifetime: "seed-0" });
  const [later] = await measure(ctx, streamId);
  expect(later?.revision).toBe(2);
  expect(later?.metrics?.["avg_eval_perf"]).not.toBe(again?.metrics?.["avg_eval_perf"]);
});

it("uses the experts of another stream when told to", async () => {
  const ctx = await makeContext();
  const [{ id: streamId }, { id: expertsId }] = [await makeStream(ctx), await makeStream(ctx)];
  await sendBatch(ctx, { streamId, records: log });
  await sendBatch(ctx, { streamId: expertsId, records: expert, lifetime: "e", role: "expert" });
  await updateStream(ctx, streamId, { expertStreamIds: [expertsId] });

  const [measured] = await measure(ctx, streamId);

  expect(measured?.metrics?.["ste_rel_perf"]).toBeGreaterThan(0);
});

it("says why a lifetime gives no metrics, and measures the others", async () => {
  const { ctx, streamId } = await setUp();
  await sendBatch(ctx, { streamId, records: [{ ...log[0], reward: null }], lifetime: "empty" });

  const measured = await measure(ctx, streamId, { order: "asc" });

  expect(measured.map(({ lifetime, error }) => [lifetime, error])).toEqual([
    ["seed-0", null],
    ["empty", "the log holds no complete experience with a value of reward"],
  ]);
});

it("refuses a measure the stream lacks, and more rows than a Worker holds", async () => {
  const { ctx, streamId } = await setUp();

  await expect(measure(ctx, streamId, { perfMeasure: "loss" })).rejects.toThrow("has no measure loss; it has reward");
  await ctx.db.update(lifetimes).set({ rowCount: 1_000_000 }).where(eq(lifetimes.streamId, streamId));
  await expect(measure(ctx, streamId)).rejects.toThrow("whetstone lifelong compute");
});
