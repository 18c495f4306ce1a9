import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { Vectors } from "../../gpu-runners/vision/src/vectors.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = join(root, "gpu-runners/trainer/.venv/bin/python");
const sharedData = join(root, "../shared/data");
/** The open_clip model with small weights that comes with the repository. */
const smallModel = join(root, "gpu-runners/vision/models/emoji-clip-base");
const pythonTimeoutMs = 3_600_000;
export const canCompare =
  existsSync(python) && existsSync(join(sharedData, "cifar10")) && existsSync(join(sharedData, "photos"));

const Figures = z.object({
  names: z.array(z.string()),
  templates: z.array(z.string()),
  dim: z.int(),
  labels: z.object({ test: z.array(z.int()), train: z.array(z.int()) }),
  classification: z.object({
    acc1: z.number(),
    acc5: z.number(),
    mean_per_class_recall: z.number(),
    macro_f1: z.number(),
  }),
  mean_average_precision: z.number(),
  retrieval: z.record(z.string(), z.number()),
  pairs: z.object({ text_acc: z.number() }),
  linear_probe: z.array(z.object({ lambda: z.number(), acc1: z.number(), coef: z.array(z.number()) })),
  knn: z.number(),
});
export type Reference = z.infer<typeof Figures> & { modelFolder: string };

/** Runs CLIP_benchmark, open_clip and scikit-learn; their figures are then in the folder, with the data they used. */
export async function runReference(
  folder: string,
  { cifarCount, modelFolder = smallModel }: { cifarCount: number; modelFolder?: string },
): Promise<Reference> {
  const script = join(root, "tests/parity/clip_benchmark_reference.py");
  await runPython([script, modelFolder, sharedData, folder, String(cifarCount)]);
  return { ...Figures.parse(JSON.parse(await readFile(join(folder, "reference.json"), "utf8"))), modelFolder };
}

/** A package of random weights in an architecture of open_clip. */
export async function makeModel(architecture: string, folder: string): Promise<string> {
  const modelFolder = join(folder, "model");
  await runPython(["-m", "trainer.pretrained", architecture, "--output", modelFolder]);
  return modelFolder;
}

const runPython = (args: string[]) =>
  promisify(execFile)(python, args, {
    cwd: join(root, "gpu-runners/trainer"),
    timeout: pythonTimeoutMs,
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
  });

export async function readVectors(path: string, dim: number): Promise<Vectors> {
  const bytes = await readFile(path);
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { data, count: data.length / dim, dim };
}
