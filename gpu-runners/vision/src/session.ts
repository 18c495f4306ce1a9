import { availableParallelism } from "node:os";
import { openLane, type FloatTensor, type Lane } from "./graph-lane.ts";
import type { Tensors } from "./graph-worker.ts";

export type { FloatTensor } from "./graph-lane.ts";
export type { Tensors } from "./graph-worker.ts";

/** An ONNX graph ready to run; the tensors it takes and gives are plain typed arrays with their shape. */
export type Graph = {
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** As many run at once as the graph has lanes. Inputs in shared memory are lent, others are copied. */
  run(inputs: Tensors, output: string): Promise<FloatTensor>;
};
type Opened = Graph & { close(): Promise<void> };
type Call = { inputs: Tensors; output: string; resolve(answer: Promise<FloatTensor>): void };
type Options = {
  /**
   * Threads with the graph, which share the cores: two batches side by side never wait for each other's last core between two operators, as the cores of one
   * batch do. Each holds the weights anew, so a lane opens only when a call finds the others busy.
   */
  lanes?: number;
};

const maxGraphs = 8;
const graphs = new Map<string, Promise<Opened>>();

/** Opens the graph once per `key` (the hash of its bytes); the least recently used of more than eight is closed. */
export function openGraph(key: string, path: string, options: Options = {}): Promise<Graph> {
  const graph = graphs.get(key) ?? startGraph(path, options);
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

async function startGraph(path: string, { lanes = 1 }: Options): Promise<Opened> {
  const cores = availableParallelism();
  const most = Math.min(lanes, cores);
  const open = () => openLane({ path, threads: Math.ceil(cores / most) });
  const first = await open();
  const opened = [Promise.resolve(first)];
  const idle = [first];
  const waiting: Call[] = [];
  let settled: Promise<unknown> = Promise.resolve();

  function dispatch(): void {
    for (let lane = idle.at(-1), call = waiting[0]; lane && call; lane = idle.at(-1), call = waiting[0]) {
      idle.pop();
      waiting.shift();
      start(lane, call);
    }
    if (waiting.length > 0 && opened.length < most) opened.push(addLane());
  }

  function start(lane: Lane, { inputs, output, resolve }: Call): void {
    const answer = lane.run(inputs, output);
    resolve(answer);
    const free = () => {
      idle.push(lane);
      dispatch();
    };
    answer.then(free, free);
  }

  /** Where memory does not hold another, the first goes on alone. */
  async function addLane(): Promise<Lane> {
    const lane = await open().catch(() => undefined);
    if (!lane) return first;
    idle.push(lane);
    dispatch();
    return lane;
  }

  return {
    inputNames: first.inputNames,
    outputNames: first.outputNames,
    run(inputs, output) {
      const answer = new Promise<FloatTensor>((resolve) => waiting.push({ inputs, output, resolve }));
      settled = Promise.allSettled([settled, answer]);
      dispatch();
      return answer;
    },
    async close() {
      await settled;
      for (const lane of opened) await (await lane).close();
    },
  };
}
