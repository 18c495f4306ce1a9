import { readFile } from "node:fs/promises";
import type { OnnxPackage, PackageFile, WhetstonePackage } from "@whetstone/schemas/api";
import { hashFile, type Log, TaskError } from "@whetstone/runtime";
import { createPreprocessor, preprocessingVersion } from "./preprocess.ts";
import { invalidPackage } from "./package-error.ts";
import { refuseExternalData } from "./refuse-external-data.ts";
import { runBatches } from "./run-batches.ts";
import { openGraph, type FloatTensor, type Graph, type Tensors } from "./session.ts";
import { createTokenizer } from "./tokenizer.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "./vectors.ts";

export type PathOfFile = (file: PackageFile) => Promise<string>;
/** A model as it is, without memory; the keys say all that decides its embeddings. */
export type Embedder = {
  embedImages(images: Uint8Array[]): Promise<Vectors>;
  embedTexts(texts: string[]): Promise<Vectors>;
  imageKey: readonly unknown[];
  textKey: readonly unknown[];
  close?(): Promise<void>;
};
type Port = { input: string; output: string };

const batchSizes = { images: 8, texts: 64 };
const lanes = 2;
const ownPorts = { visual: { input: "image", output: "embedding" }, text: { input: "tokens", output: "embedding" } };

/** The graphs and the tokenizer of a package. */
export async function openOnnxModel(
  config: WhetstonePackage | OnnxPackage,
  pathOf: PathOfFile,
  log: Log,
): Promise<Embedder> {
  const { context, embedDim, image } = config;
  const { size } = image;
  const ports = config.format === "onnx-model/1" ? config.graphs : ownPorts;
  const tokenizerPath = await pathOf("tokenizer.json");
  const tokenize = await openTokenizer(tokenizerPath, config);
  const [visual, text] = await Promise.all([
    openPart("visual.onnx", ports.visual, pathOf),
    openPart("text.onnx", ports.text, pathOf),
  ]);
  const toPixels = createPreprocessor(image);

  async function pixelsOf(bytes: Uint8Array): Promise<Float32Array> {
    return toPixels(bytes).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new TaskError("image_undecodable", `an image of the version can't be read: ${why}`, {
        fate: "final",
        cause,
      });
    });
  }

  return {
    imageKey: [visual.sha256, ports.visual, image, preprocessingVersion],
    textKey: [text.sha256, ports.text, (await hashFile(tokenizerPath)).sha256, config.tokenizer, context],

    embedImages: (images) =>
      runBatches(images, { batchSize: batchSizes.images, dim: embedDim, log }, async (batch) => {
        const pixels = await Promise.all(batch.map(pixelsOf));
        // Shared with the graph's thread, so that nothing is copied.
        const data = new Float32Array(new SharedArrayBuffer(batch.length * 3 * size * size * 4));
        pixels.forEach((one, i) => data.set(one, i * one.length));
        return () =>
          visual.embed({ [ports.visual.input]: { data, dims: [batch.length, 3, size, size] } }, batch.length, embedDim);
      }),

    embedTexts: (texts) =>
      runBatches(texts, { batchSize: batchSizes.texts, dim: embedDim, log }, async (batch) => {
        const data = new BigInt64Array(batch.length * context);
        batch.forEach((one, i) => data.set(tokenize(one), i * context));
        const dims = [batch.length, context];
        return () => text.embed({ [ports.text.input]: { data, dims }, ...maskOf(data, dims) }, batch.length, embedDim);
      }),
  };

  /** For graphs that ask for it: 1 up to the end token, as transformers' tokenizers say it. */
  function maskOf(tokens: BigInt64Array, dims: number[]): Tensors {
    if (!text.inputNames.includes("attention_mask")) return {};
    const { padId, endId } = config.tokenizer;
    const data = new BigInt64Array(tokens.length);
    for (let row = 0; row < tokens.length; row += context) {
      let length = context;
      while (length > 0 && tokens[row + length - 1] === BigInt(padId)) length--;
      // Where the end token is the padding too, the first of them is read.
      data.fill(1n, row, row + Math.min(context, padId === endId ? length + 1 : length));
    }
    return { attention_mask: { data, dims } };
  }
}

async function openTokenizer(path: string, config: WhetstonePackage | OnnxPackage) {
  const text = await readFile(path, "utf8");
  try {
    return createTokenizer(JSON.parse(text) as object, config);
  } catch (cause) {
    throw invalidPackage("tokenizer.json", cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function openPart(file: "visual.onnx" | "text.onnx", port: Port, pathOf: PathOfFile) {
  const path = await pathOf(file);
  const { sha256 } = await hashFile(path);
  const graph: Graph = await refuseExternalData(path)
    .then(() => openGraph(sha256, path, { lanes }))
    .catch((cause: unknown) => {
      throw invalidPackage(file, cause instanceof Error ? cause.message : String(cause), cause);
    });
  const { inputNames, outputNames } = graph;
  if (!inputNames.includes(port.input))
    throw invalidPackage(file, `has no input "${port.input}", only ${inputNames.join(", ")}`);
  if (!outputNames.includes(port.output))
    throw invalidPackage(file, `has no output "${port.output}", only ${outputNames.join(", ")}`);

  return {
    sha256,
    inputNames,
    async embed(inputs: Tensors, rows: number, dim: number): Promise<Vectors> {
      const answer = await graph.run(inputs, port.output).catch((cause: unknown) => {
        throw toFailure(file, cause);
      });
      return toVectors(answer, { rows, dim, file });
    },
  };
}

/** Out of memory may pass or be met by a smaller batch; anything else a graph refuses, it will always refuse. */
function toFailure(file: PackageFile, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (/alloc|out of memory|insufficient memory/i.test(why))
    return new TaskError("out_of_memory", `${file}: ${why.split("\n")[0]}`, { cause });
  if (/indices element out of data bounds|out of (range|bounds)/i.test(why))
    return invalidPackage("tokenizer.json", `gives ids that ${file} has no vector for, so they do not belong together`);
  return invalidPackage(file, why, cause);
}

function toVectors({ data, dims }: FloatTensor, expected: { rows: number; dim: number; file: PackageFile }): Vectors {
  const [count, dim] = dims;
  if (dims.length !== 2 || count !== expected.rows || dim !== expected.dim) {
    throw invalidPackage(
      expected.file,
      `gives an embedding of [${dims.join(", ")}], model.json says [${expected.rows}, ${expected.dim}]`,
    );
  }
  const vectors = emptyVectors(count, dim);
  vectors.data.set(data);
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(normalize(rowOf(vectors, i))[0]))
      throw invalidPackage(expected.file, "gives embeddings that are not numbers");
  }
  return vectors;
}
