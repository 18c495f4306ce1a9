import { type Log, TaskError } from "@whetstone/runtime";
import { emptyVectors, type Vectors } from "./vectors.ts";

type Options = { batchSize: number; dim: number; log: Log };
/** Prepares a batch and answers how to run it: the next batch is prepared while this one runs. */
type Prepare<Item> = (batch: Item[]) => Promise<() => Promise<Vectors>>;

/** Embeds the items a batch at a time. When memory runs out the batch is halved, down to one. */
export async function runBatches<Item>(
  items: Item[],
  { batchSize, dim, log }: Options,
  prepare: Prepare<Item>,
): Promise<Vectors> {
  const all = emptyVectors(items.length, dim);

  async function embed(start: number, count: number): Promise<() => Promise<void>> {
    const run = await prepare(items.slice(start, start + count));
    return async () => {
      try {
        all.data.set((await run()).data, start * dim);
      } catch (error) {
        if (!(error instanceof TaskError) || error.code !== "out_of_memory") throw error;
        if (count === 1)
          throw new TaskError("out_of_memory", `${error.message}: even one at a time; use a machine with more memory`, {
            fate: "retry",
            cause: error,
          });
        const half = Math.ceil(count / 2);
        log("out of memory: the batch is halved", { from: count, to: half });
        await (
          await embed(start, half)
        )();
        await (
          await embed(start + half, count - half)
        )();
      }
    };
  }

  const running: Promise<void>[] = [];
  try {
    for (let start = 0; start < items.length; start += batchSize) {
      const run = await embed(start, Math.min(batchSize, items.length - start));
      // Two prepared batches wait at most, so that pixels do not pile up.
      if (running.length >= 2) await running.at(-2);
      const done = run();
      done.catch(() => {});
      running.push(done);
    }
  } finally {
    await Promise.allSettled(running);
  }
  await Promise.all(running);
  return all;
}
