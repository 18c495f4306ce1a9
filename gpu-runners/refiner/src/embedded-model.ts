import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hashFile, TaskError } from "@whetstone/runtime";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import type { Graphs } from "./generate.ts";
import { openGraph } from "./session.ts";

/** `refiner.json`: all that the loop must know and the other files do not tell. */
const RefinerFormat = z.object({
  format: z.literal("whetstone-refiner/1"),
  image: z.object({
    size: z.int().min(1),
    mean: z.array(z.number()).length(3),
    std: z.array(z.number()).length(3),
    resize: z.literal("squash"),
    background: z.string(),
    tokens: z.int().min(1),
  }),
  prompt: z.object({
    template: z.string().includes("{alt}"),
    altPrefix: z.string(),
    lowercase: z.boolean(),
    maxAltTokens: z.int().min(0),
    imageToken: z.string(),
    padToken: z.string(),
  }),
  output: z.object({
    positiveDescription: z.string(),
    negativeDescription: z.string(),
    positiveTags: z.string(),
    negativeTags: z.string(),
    end: z.string(),
    tagSeparator: z.string().min(1),
    maxNewTokens: z.int().min(1),
  }),
});
type RefinerFormat = z.infer<typeof RefinerFormat>;
export type EmbeddedModel = {
  name: string;
  hash: string;
  promptHash: string;
  format: RefinerFormat;
  tokenizer: Tokenizer;
  graphs: Graphs;
};

const graphFiles = {
  vision: "onnx/vision_encoder.onnx",
  embed: "onnx/embed_tokens.onnx",
  decoder: "onnx/decoder_model_merged.onnx",
} as const;
const open = new Map<string, Promise<EmbeddedModel>>();

/** Loads a model folder once a process. */
export function openEmbeddedModel(modelsDir: string, name: string): Promise<EmbeddedModel> {
  const folder = join(modelsDir, name);
  const model = open.get(folder) ?? loadModel(modelsDir, name);
  open.set(folder, model);
  model.catch(() => open.delete(folder));
  return model;
}

async function loadModel(modelsDir: string, name: string): Promise<EmbeddedModel> {
  const names = await readdir(modelsDir).catch((): string[] => []);
  if (!names.includes(name)) {
    const known = names.length > 0 ? `it has ${names.toSorted().join(", ")}` : "it has none";
    throw new TaskError("model_unknown", `the refiner has no embedded model ${JSON.stringify(name)}; ${known}`, {
      fate: "final",
    });
  }
  const folder = join(modelsDir, name);
  try {
    const format = RefinerFormat.parse(JSON.parse(await readFile(join(folder, "refiner.json"), "utf8")));
    const tokenizer = new Tokenizer(JSON.parse(await readFile(join(folder, "tokenizer.json"), "utf8")) as object, {});
    const [vision, embed, decoder] = await Promise.all(
      Object.values(graphFiles).map((file) => openGraph(join(folder, file))),
    );
    if (!vision || !embed || !decoder) throw new Error("a graph is missing");
    const promptHash = createHash("sha256").update(JSON.stringify(format.prompt)).digest("hex");
    return { name, hash: await hashFolder(folder), promptHash, format, tokenizer, graphs: { vision, embed, decoder } };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new TaskError("model_invalid", `embedded model ${name}: ${why}`, { fate: "final", cause });
  }
}

/** One hash over all that decides the model's answers. */
async function hashFolder(folder: string): Promise<string> {
  const all = createHash("sha256");
  for (const file of [...Object.values(graphFiles), "refiner.json", "tokenizer.json"].toSorted()) {
    all.update(`${file}:${(await hashFile(join(folder, file))).sha256}\n`);
  }
  return all.digest("hex");
}
