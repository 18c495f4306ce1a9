import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";

export type Tensor = ort.Tensor;
/** An ONNX graph ready to run. */
export type Graph = {
  inputNames: readonly string[];
  /** Sizes of each input; names stand for what may vary. */
  inputShapes: Record<string, readonly (number | string)[]>;
  run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
};

export async function openGraph(path: string): Promise<Graph> {
  const session = await ort.InferenceSession.create(path, {
    executionProviders: ["cpu"],
    intraOpNumThreads: availableParallelism(),
    executionMode: "sequential",
    // Spinning threads starve whatever shares the machine.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  const shapes = session.inputMetadata.flatMap((input) => (input.isTensor ? [[input.name, input.shape] as const] : []));
  return {
    inputNames: session.inputNames,
    inputShapes: Object.fromEntries(shapes),
    run: async (inputs) => session.run(inputs),
  };
}

export function toFloats(data: Float32Array, dims: number[]): Tensor {
  return new ort.Tensor("float32", data, dims);
}

export function toInts(values: ArrayLike<number>, dims: number[]): Tensor {
  return new ort.Tensor("int64", BigInt64Array.from(Array.from(values, BigInt)), dims);
}

export function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError("the graph gave no float32 tensor");
  return tensor.data;
}
