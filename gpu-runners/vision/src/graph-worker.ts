import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";

/** The thread of one lane (graph-lane.ts): opens the graph, says what it takes, then answers calls in order. */
export type GraphOpening = { path: string; threads: number };
export type Tensors = Record<string, { data: Float32Array | BigInt64Array; dims: number[] }>;
export type GraphCall = { inputs: Tensors; output: string };
export type GraphShape = { inputNames: readonly string[]; outputNames: readonly string[] };
export type GraphAnswer = {
  shape?: GraphShape;
  tensor?: { data: Float32Array; dims: readonly number[] };
  error?: string;
};

const { path, threads } = workerData as GraphOpening;
const port = parentPort;
if (!port) throw new Error("graph-worker.ts runs as a thread only");
const say = (answer: GraphAnswer): void => port.postMessage(answer);

const session = await ort.InferenceSession.create(path, {
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  executionMode: "sequential",
  // Spinning threads starve whatever shares the machine.
  extra: { session: { intra_op: { allow_spinning: "0" } } },
}).catch((error: unknown) => say({ error: String(error) }));

if (session) {
  say({ shape: { inputNames: session.inputNames, outputNames: session.outputNames } });
  let last = Promise.resolve();
  port.on("message", (call: GraphCall) => {
    last = last.then(() => run(session, call));
  });
}

async function run(graph: ort.InferenceSession, { inputs, output }: GraphCall): Promise<void> {
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, dims }]) => [name, toTensor(data, dims)]),
    );
    const { data, dims } = (await graph.run(feeds, [output]))[output] ?? { data: undefined, dims: [] };
    if (!(data instanceof Float32Array)) throw new TypeError(`output ${output} is not float32`);
    say({ tensor: { data, dims } });
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}

function toTensor(data: Float32Array | BigInt64Array, dims: number[]): ort.Tensor {
  return data instanceof Float32Array ? new ort.Tensor("float32", data, dims) : new ort.Tensor("int64", data, dims);
}
