import { TaskError } from "@whetstone/runtime";
import { expect, it } from "vitest";
import { runBatches } from "./run-batches.ts";

const numbers = Array.from({ length: 21 }, (_, i) => i);
const embed = async (batch: number[]) => ({ data: Float32Array.from(batch), count: batch.length, dim: 1 });

it("halves the batch when memory runs out, says so, and keeps the order", async () => {
  const said: unknown[] = [];
  const log = (_message: string, fields?: object) => void said.push(fields);

  const { data } = await runBatches(numbers, { batchSize: 8, dim: 1, log }, async (batch) => async () => {
    if (batch.length > 3) throw new TaskError("out_of_memory", "visual.onnx: bad allocation");
    return embed(batch);
  });

  expect([...data]).toEqual(numbers);
  expect(said).toContainEqual({ from: 8, to: 4 });
});

it("gives up when one at a time is too much, and lets another machine try", async () => {
  const tooMuch = runBatches([1, 2], { batchSize: 2, dim: 1, log: () => {} }, async () => async () => {
    throw new TaskError("out_of_memory", "visual.onnx: bad allocation");
  });

  await expect(tooMuch).rejects.toMatchObject({
    code: "out_of_memory",
    fate: "retry",
    message: expect.stringContaining("one at a time"),
  });
});

it("prepares the next batch while one runs, and no more than two ahead", async () => {
  let prepared = 0;
  let ran = 0;
  let mostAhead = 0;

  await runBatches(numbers, { batchSize: 1, dim: 1, log: () => {} }, async (batch) => {
    prepared += 1;
    mostAhead = Math.max(mostAhead, prepared - ran);
    return async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      ran += 1;
      return embed(batch);
    };
  });

  expect(mostAhead).toBe(3);
});
