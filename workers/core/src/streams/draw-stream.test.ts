import { ExperiencesQuery, MetricsQuery } from "@whetstone/schemas/api";
import { describe, expect, it } from "vitest";
import type { Context } from "../context.ts";
import { makeContext } from "../testing.ts";
import { drawStream } from "./draw-stream.ts";
import { listExperiences } from "./list-experiences.ts";
import { type Experience, makeStream, sendBatch } from "./testing.ts";

const log = (lift: number): Experience[] =>
  ["test", "train", "test", "train", "test"].flatMap((block_type, block_num) =>
    Array.from({ length: 20 }, (_, i) => ({
      block_num,
      exp_num: block_num * 20 + i,
      block_type: block_type as "train" | "test",
      task_name: (block_type === "train" ? block_num === 1 : i < 10) ? "nav_1" : "nav_2",
      reward: lift + block_num + Math.sin(i),
      run_id: `run_${block_num}`,
    })),
  );

async function setUp() {
  const ctx = await makeContext();
  const { id: streamId } = await makeStream(ctx);
  for (const [i, lift] of [0, 1, 2].entries())
    await sendBatch(ctx, { streamId, records: log(lift), lifetime: `seed-${i}` });
  return { ctx, streamId };
}

describe("a stream's curves", () => {
  it("are those of its latest learners, with the block of each stretch and metrics in the mean", async () => {
    const { ctx, streamId } = await setUp();

    const { subject, skipped } = await drawStream(ctx, streamId, MetricsQuery.parse({ limit: 2 }));

    expect(subject?.lifetimes.map(({ name }) => name)).toEqual(["seed-1", "seed-2"]);
    expect(subject?.lifetimes[0]?.learning.map(({ task, blocks }) => [task, blocks])).toEqual([
      ["nav_1", [1]],
      ["nav_2", [3]],
    ]);
    expect(subject?.means["avg_eval_perf"]).toMatchObject({ lifetimeCount: 2, mean: expect.any(Number) });
    expect(skipped).toEqual([]);
  });

  it("say which learner could not be drawn", async () => {
    const ctx = await makeContext();
    const { id: streamId } = await makeStream(ctx);
    await sendBatch(ctx, { streamId, records: log(0).map((row) => ({ ...row, reward: null })) });

    const { subject, skipped } = await drawStream(ctx, streamId, MetricsQuery.parse({}));

    expect({ subject, skipped }).toMatchObject({ subject: null, skipped: [{ lifetime: "main" }] });
  });
});

describe("a block's experiences", () => {
  const list = async (ctx: Context, streamId: string, query: object) =>
    listExperiences(ctx, streamId, ExperiencesQuery.parse({ lifetime: "seed-0", blockNum: 2, ...query }));

  it("come page by page with their measures and the run that wrote them", async () => {
    const { ctx, streamId } = await setUp();

    const first = await list(ctx, streamId, { limit: 15 });
    const rest = await list(ctx, streamId, { limit: 15, after: first.last_id });

    expect([first.data.length, first.has_more, rest.data.length, rest.has_more]).toEqual([15, true, 5, false]);
    expect([...first.data, ...rest.data].map(({ expNum }) => expNum)).toEqual(
      Array.from({ length: 20 }, (_, i) => 40 + i),
    );
    expect(first.data[0]).toMatchObject({
      blockType: "test",
      taskName: "nav_1",
      runId: "run_2",
      values: { reward: 2 },
    });
  });

  it("can be those of one task, and are not found in a block that is not there", async () => {
    const { ctx, streamId } = await setUp();

    const { data } = await list(ctx, streamId, { taskName: "nav_2" });

    expect(data.map(({ expNum }) => expNum)).toEqual(Array.from({ length: 10 }, (_, i) => 50 + i));
    await expect(list(ctx, streamId, { blockNum: 9 })).rejects.toMatchObject({ code: "not_found" });
  });
});
