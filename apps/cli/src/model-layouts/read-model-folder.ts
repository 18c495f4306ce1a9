import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { modelFormats, ModelPackage, type PackageFile } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { describeHfModel } from "./describe-hf-model.ts";
import { readSafetensorsScalar } from "./read-safetensors-scalar.ts";

/** A model as it lies in a folder: what it is, and where each file of it is. */
export type ModelFolder = { description: ModelPackage; files: { name: PackageFile; path: string }[] };

const pickles = /\.(pt|pth|bin|ckpt|pkl|pickle)$/;
const graphs = { visual: "onnx/vision_model.onnx", text: "onnx/text_model.onnx" };

/** Reads a model package, a folder in the ONNX layout of transformers.js or, by way of a package, a checkpoint; says what to do with any other. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const names = new Set(
    await readdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new CliError(`${folder} can't be read`, { cause, exitCode: 2 });
    }),
  );
  if (names.has("model.json")) return readPackage(folder);
  if (names.has(graphs.visual) && names.has(graphs.text)) return readHfFolder(folder, names);
  if (isCheckpoint(names)) return readPackage(await convertCheckpoint(folder));
  throw new CliError(`${folder} holds no model that can be registered`, { hint: adviceFor(names), exitCode: 2 });
}

const isCheckpoint = (names: Set<string>): boolean =>
  (names.has("open_clip_config.json") || names.has("config.json")) &&
  (names.has("open_clip_model.safetensors") || names.has("model.safetensors"));

export async function readPackage(folder: string): Promise<ModelFolder> {
  const path = join(folder, "model.json");
  try {
    const description = ModelPackage.parse(await readJson(path));
    return { description, files: modelFormats[description.format].map((name) => ({ name, path: join(folder, name) })) };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : "it is not JSON";
    throw new CliError(`${path} is no model description: ${why}`, { cause, exitCode: 2 });
  }
}

async function readHfFolder(folder: string, names: Set<string>): Promise<ModelFolder> {
  const at = (name: string) => join(folder, name);
  const scalar = async (name: string) =>
    names.has("model.safetensors") ? readSafetensorsScalar(at("model.safetensors"), name) : null;
  try {
    const description = describeHfModel({
      name: basename(folder),
      config: await readJson(at("config.json")),
      preprocessor: await readJson(at("preprocessor_config.json")),
      tokenizer: await readJson(at("tokenizer.json")),
      tokenizerConfig: names.has("tokenizer_config.json") ? await readJson(at("tokenizer_config.json")) : {},
      logitScale: await scalar("logit_scale"),
      logitBias: await scalar("logit_bias"),
    });
    const written = join(await mkdtemp(join(tmpdir(), "whetstone-model-")), "model.json");
    await writeFile(written, `${JSON.stringify(description, null, 2)}\n`);
    return {
      description,
      files: [
        { name: "model.json", path: written },
        { name: "visual.onnx", path: at(graphs.visual) },
        { name: "text.onnx", path: at(graphs.text) },
        { name: "tokenizer.json", path: at("tokenizer.json") },
      ],
    };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`${folder} can't be described: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      exitCode: 2,
    });
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  });
  return JSON.parse(text);
}

function adviceFor(names: Set<string>): string {
  const all = [...names];
  if (all.some((name) => name.endsWith(".safetensors")))
    return "beside open_clip_model.safetensors goes open_clip_config.json, beside transformers' model.safetensors its config.json";
  if (names.has("onnx/model.onnx")) return `export the towers apart, as ${graphs.visual} and ${graphs.text}`;
  const pickle = all.find((name) => pickles.test(name));
  if (pickle)
    return `${pickle} is a pickle, which runs any code that is in it when opened; save the weights as safetensors where you trust it`;
  return "a folder with model.json and its files, or with config.json, tokenizer.json, preprocessor_config.json and onnx/";
}
