import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";

/** An ONNX graph ready to run; the tensors it takes and gives are plain typed arrays with their shape. */
export type Graph = {
  inputNames: readonly string[];
  outputNames: readonly string[];
  run(inputs: Record<string, Tensor>, output: string): Promise<FloatTensor>;
};
type Tensor = { data: Float32Array | BigInt64Array; dims: number[] };
export type FloatTensor = { data: Float32Array; dims: readonly number[] };

const maxGraphs = 8;
const graphs = new Map<string, Promise<Graph>>();

/** Opens the graph once per `key` (the hash of its bytes); the least recently used of more than eight is let go. */
export function openGraph(key: string, path: string): Promise<Graph> {
  const graph = graphs.get(key) ?? createGraph(path);
  graphs.delete(key);
  graphs.set(key, graph);
  graph.catch(() => graphs.delete(key));
  const [oldest] = graphs.keys();
  if (graphs.size > maxGraphs && oldest !== undefined) graphs.delete(oldest);
  return graph;
}

async function createGraph(path: string): Promise<Graph> {
  const session = await ort.InferenceSession.create(path, {
    executionProviders: ["cpu"],
    intraOpNumThreads: availableParallelism(),
    executionMode: "sequential",
    // Spinning threads starve whatever shares the machine.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });

  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs, output) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dims }]) => [name, toTensor(data, dims)]),
      );
      const { data, dims } = (await session.run(feeds, [output]))[output] ?? { data: undefined, dims: [] };
      if (!(data instanceof Float32Array)) throw new TypeError(`output ${output} is not float32`);
      return { data, dims };
    },
  };
}

function toTensor(data: Float32Array | BigInt64Array, dims: number[]): ort.Tensor {
  return data instanceof Float32Array ? new ort.Tensor("float32", data, dims) : new ort.Tensor("int64", data, dims);
}
