import { Worker } from "node:worker_threads";
import type { GraphAnswer, GraphCall, GraphOpening, GraphShape, Tensors } from "./graph-worker.ts";

export type FloatTensor = { data: Float32Array; dims: readonly number[] };
/** A graph in a thread of its own: a run blocks its thread for seconds, and this one has heartbeats to send and images to decode. */
export type Lane = GraphShape & {
  /** Runs one after another, in the order asked. Inputs in shared memory are lent, others are copied. */
  run(inputs: Tensors, output: string): Promise<FloatTensor>;
  /** What still runs is lost. */
  close(): Promise<void>;
};

export async function openLane(opening: GraphOpening): Promise<Lane> {
  const worker = new Worker(new URL("./graph-worker.ts", import.meta.url), { workerData: opening });
  const waiting: { resolve(answer: GraphAnswer): void; reject(error: unknown): void }[] = [];
  let failure: unknown;
  const settle = (answer: GraphAnswer): void => {
    waiting.shift()?.resolve(answer);
    if (waiting.length === 0) worker.unref();
  };
  const fail = (error: unknown): void => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on("message", settle).on("error", fail);
  worker.on("exit", () => fail(new Error("the thread of the graph has ended")));

  const next = (): Promise<GraphAnswer> => {
    if (failure !== undefined) return Promise.reject(failure);
    worker.ref();
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const { shape } = accept(await next());
  if (!shape) throw new Error("the thread of the graph said something else than its shape");

  return {
    ...shape,
    run(inputs, output) {
      const answer = next();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ inputs, output } satisfies GraphCall);
      return answer.then((said) => {
        const { tensor } = accept(said);
        if (!tensor) throw new Error("the thread of the graph gave no tensor");
        return tensor;
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}

function accept(answer: GraphAnswer): GraphAnswer {
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}
