import { Worker } from "node:worker_threads";
import type { GraphAnswer, GraphCall, Tensors } from "./graph-worker.ts";

export type { Tensors } from "./graph-worker.ts";

/** An ONNX graph ready to run; the tensors it takes and gives are plain typed arrays with their shape. */
export type Graph = {
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** Runs one after another, in the order asked. Inputs in shared memory are lent, others are copied. */
  run(inputs: Tensors, output: string): Promise<FloatTensor>;
};
export type FloatTensor = { data: Float32Array; dims: readonly number[] };
type Opened = Graph & { close(): Promise<void> };

const maxGraphs = 8;
const graphs = new Map<string, Promise<Opened>>();

/** Opens the graph once per `key` (the hash of its bytes); the least recently used of more than eight is closed. */
export function openGraph(key: string, path: string): Promise<Graph> {
  const graph = graphs.get(key) ?? startGraph(path);
  graphs.delete(key);
  graphs.set(key, graph);
  graph.catch(() => graphs.delete(key));
  const [oldest] = graphs;
  if (graphs.size > maxGraphs && oldest) {
    graphs.delete(oldest[0]);
    oldest[1].then((unused) => unused.close()).catch(() => {});
  }
  return graph;
}

/** A graph in a thread of its own: a run blocks its thread for seconds, and this one has heartbeats to send and images to decode. */
async function startGraph(path: string): Promise<Opened> {
  const worker = new Worker(new URL("./graph-worker.ts", import.meta.url), { workerData: { path } });
  const waiting: { resolve(answer: GraphAnswer): void; reject(error: unknown): void }[] = [];
  const settle = (answer: GraphAnswer): void => {
    waiting.shift()?.resolve(answer);
    if (waiting.length === 0) worker.unref();
  };
  const fail = (error: unknown): void => waiting.splice(0).forEach(({ reject }) => reject(error));
  worker.on("message", settle).on("error", fail);
  worker.on("exit", () => fail(new Error("the thread of the graph has ended")));

  const next = (): Promise<GraphAnswer> => {
    worker.ref();
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const { shape } = accept(await next());
  if (!shape) throw new Error("the thread of the graph said something else than its shape");
  let last: Promise<unknown> = Promise.resolve();

  return {
    ...shape,
    run(inputs, output) {
      const answer = next();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ inputs, output } satisfies GraphCall);
      last = answer.catch(() => {});
      return answer.then((said) => {
        const { tensor } = accept(said);
        if (!tensor) throw new Error("the thread of the graph gave no tensor");
        return tensor;
      });
    },
    async close() {
      await last;
      await worker.terminate();
    },
  };
}

function accept(answer: GraphAnswer): GraphAnswer {
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}
