import { readFile } from "node:fs/promises";
import { ModelPackage, type PackageFile } from "@whetstone/schemas/api";
import { hashFile, TaskError } from "@whetstone/runtime";
import { toPixels } from "./preprocess.ts";
import { openGraph, type FloatTensor, type Graph } from "./session.ts";
import { createTokenizer } from "./tokenizer.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "./vectors.ts";

/** A CLIP model package, ready to embed. */
export type ClipModel = {
  embedImages(images: Uint8Array[]): Promise<Vectors>;
  embedTexts(texts: string[]): Promise<Vectors>;
  /** What cosines are multiplied with before a softmax. */
  logitScale: number;
};

const textsAtOnce = 256;

export async function openClipModel(pathOf: (file: PackageFile) => Promise<string>): Promise<ClipModel> {
  const config = await readJson(pathOf, "model.json", (json) => ModelPackage.parse(json));
  const tokenize = await readJson(pathOf, "tokenizer.json", (json) => createTokenizer(json as object, config));
  const visual = await openPart(pathOf, "visual.onnx", "image");
  const text = await openPart(pathOf, "text.onnx", "tokens");
  const { size } = config.image;

  return {
    logitScale: config.logitScale,
    async embedImages(images) {
      const pixels = await Promise.all(images.map((image) => toPixels(image, config.image)));
      const data = new Float32Array(images.length * 3 * size * size);
      pixels.forEach((image, i) => data.set(image, i * image.length));
      const inputs = { image: { data, dims: [images.length, 3, size, size] } };
      return toVectors(await visual.run(inputs, "embedding"), {
        rows: images.length,
        dim: config.embedDim,
        file: "visual.onnx",
      });
    },

    async embedTexts(texts) {
      const all = emptyVectors(texts.length, config.embedDim);
      for (let start = 0; start < texts.length; start += textsAtOnce) {
        const rows = texts.slice(start, start + textsAtOnce).map(tokenize);
        const data = new BigInt64Array(rows.length * config.context);
        rows.forEach((row, i) => data.set(row, i * config.context));
        const inputs = { tokens: { data, dims: [rows.length, config.context] } };
        const part = toVectors(await text.run(inputs, "embedding"), {
          rows: rows.length,
          dim: config.embedDim,
          file: "text.onnx",
        });
        all.data.set(part.data, start * config.embedDim);
      }
      return all;
    },
  };
}

async function readJson<T>(
  pathOf: (file: PackageFile) => Promise<string>,
  file: PackageFile,
  read: (json: unknown) => T,
): Promise<T> {
  const text = await readFile(await pathOf(file), "utf8");
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function openPart(
  pathOf: (file: PackageFile) => Promise<string>,
  file: PackageFile,
  input: string,
): Promise<Graph> {
  const path = await pathOf(file);
  const { sha256 } = await hashFile(path);
  const graph = await openGraph(sha256, path).catch((cause: unknown) => {
    throw invalid(file, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!graph.inputNames.includes(input)) throw invalid(file, `has no input "${input}"`);
  if (!graph.outputNames.includes("embedding")) throw invalid(file, 'has no output "embedding"');
  return graph;
}

function toVectors({ data, dims }: FloatTensor, expected: { rows: number; dim: number; file: PackageFile }): Vectors {
  const [count, dim] = dims;
  if (count !== expected.rows || dim !== expected.dim) {
    throw invalid(
      expected.file,
      `gives an embedding of [${dims.join(", ")}], model.json says [${expected.rows}, ${expected.dim}]`,
    );
  }
  const vectors = { data, count, dim };
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(normalize(rowOf(vectors, i))[0]))
      throw invalid(expected.file, "gives embeddings that are not numbers");
  }
  return vectors;
}

function invalid(file: PackageFile, why: string, cause?: unknown): TaskError {
  return new TaskError("package_invalid", `${file} of the model package: ${why.split("\n")[0]}`, {
    fate: "final",
    cause,
  });
}
