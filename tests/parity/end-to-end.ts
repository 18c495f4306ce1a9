import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { EvaluationScores, EvaluationTaskInput } from "@whetstone/schemas/api";
import { EvaluateModel, type taskContracts } from "@whetstone/schemas/tasks";
import type { z } from "zod";
import { openClipModel } from "../../gpu-runners/vision/src/clip-model.ts";
import { createEvaluateModel } from "../../gpu-runners/vision/src/evaluate-model.ts";
import { ingest } from "../../gpu-runners/vision/src/ingest-archive.ts";
import { readSamples } from "../../gpu-runners/vision/src/read-version.ts";
import { dot, rowOf, type Vectors } from "../../gpu-runners/vision/src/vectors.ts";
import type { Figures } from "./figures.ts";
import { readVectors, type Reference } from "./reference.ts";

type Ingested = z.output<(typeof taskContracts)["ingest-archive"]["result"]>;
interface SmallVersion {
  files: Map<string, string>;
  shardCount: number;
  benchmark: Ingested["benchmark"];
}
const signal = new AbortController().signal;

/** Our figures by our own way from the files, and how close our embeddings come to the reference's. */
export async function figuresEndToEnd(
  reference: Reference,
  folder: string,
): Promise<{ figures: Figures; cosines: Record<"cifar" | "photos", number> }> {
  const test = await ingestFile(folder, "cifar-test.parquet");
  const train = await ingestFile(folder, "cifar-train.parquet");
  const photos = await ingestFile(folder, "photos.tar");
  for (const [name, path] of train.files) test.files.set(`train-${name}`, path);
  const { modelFolder } = reference;
  const probes = reference.linear_probe.map(({ lambda }) => ({ type: "linear-probe" as const, lambdas: [lambda] }));
  const [classification, knn, ...probed] = await evaluate(test, {
    folder,
    modelFolder,
    trainShardCount: train.shardCount,
    tasks: [{ type: "zero-shot-classification", templates: reference.templates }, { type: "knn" }, ...probes],
  });
  const [retrieval] = await evaluate(photos, {
    folder,
    modelFolder,
    trainShardCount: 0,
    tasks: [{ type: "retrieval" }],
  });
  if (classification?.type !== "zero-shot-classification" || knn?.type !== "knn" || retrieval?.type !== "retrieval")
    throw new Error("scores came in another order than the tasks");

  return {
    cosines: {
      cifar: await meanCosine(test, modelFolder, await readVectors(join(folder, "cifar-test.f32"), reference.dim)),
      photos: await meanCosine(photos, modelFolder, await readVectors(join(folder, "photos.f32"), reference.dim)),
    },
    figures: {
      acc1: classification.acc1,
      acc5: classification.acc5 ?? Number.NaN,
      meanPerClassRecall: classification.meanPerClassRecall,
      macroF1: classification.macroF1,
      ...Object.fromEntries(Object.entries(retrieval.textToImage).map(([k, value]) => [`textToImage.${k}`, value])),
      ...Object.fromEntries(Object.entries(retrieval.imageToText).map(([k, value]) => [`imageToText.${k}`, value])),
      ...Object.fromEntries(
        probed.flatMap((scores) =>
          scores.type === "linear-probe" ? [[`linearProbe ${scores.lambda}`, scores.acc1]] : [],
        ),
      ),
      knn: knn.acc1,
    },
  };
}

async function ingestFile(folder: string, filename: string): Promise<SmallVersion> {
  const workDir = join(folder, `work-${filename}`);
  const outDir = join(folder, `out-${filename}`);
  await Promise.all([workDir, outDir].map((path) => mkdir(path)));
  const { shards, benchmark, rejects } = await ingest(join(folder, filename), {
    params: { filename, maxShardSamples: 2000, maxShardBytes: 1e9, maxImagePixels: 1e8, maxImageBytes: 1e8 },
    workDir,
    write: (name, path) => copyFile(path, join(outDir, name)),
    progress: () => {},
    signal,
  });
  if (rejects) throw new Error(`${rejects.rowCount} samples of ${filename} were refused`);
  const files = new Map(
    shards.flatMap(({ shard, base }, i): [string, string][] => [
      [`shard-${i}.tar`, join(outDir, shard)],
      [`base-${i}.parquet`, join(outDir, base)],
    ]),
  );
  return { files, shardCount: shards.length, benchmark };
}

async function evaluate(
  { files, shardCount, benchmark }: SmallVersion,
  {
    folder,
    modelFolder,
    trainShardCount,
    tasks,
  }: { folder: string; modelFolder: string; trainShardCount: number; tasks: EvaluationTaskInput[] },
): Promise<EvaluationScores[]> {
  const params = EvaluateModel.parse({ tasks, shardCount, hasRefined: false, trainShardCount, benchmark });
  const pathOf = async (name: string) =>
    name.startsWith("model.") ? join(modelFolder, name.slice("model.".length)) : (files.get(name) ?? "");
  const result = await createEvaluateModel().run({
    params,
    inputs: {
      names: [...files.keys()],
      has: (name) => files.has(name),
      sizeBytes: () => 0,
      path: pathOf,
      drop: async () => {},
    },
    write: async (name) => ({ name, sizeBytes: 0, sha256: "" }),
    progress: () => {},
    tell: () => {},
    checkpoint: async () => {},
    resumed: null,
    signal,
    workDir: folder,
    secret: () => undefined,
    log: () => {},
  });
  return (result as { scores: EvaluationScores[] }).scores;
}

async function meanCosine({ files, shardCount }: SmallVersion, modelFolder: string, theirs: Vectors): Promise<number> {
  const model = await openClipModel(async (file) => join(modelFolder, file));
  let row = 0;
  let sum = 0;
  for (let shard = 0; shard < shardCount; shard++) {
    for await (const { images } of readSamples(shard, async (name) => files.get(name) ?? "")) {
      const ours = await model.embedImages(images);
      for (let i = 0; i < ours.count; i++) sum += dot(rowOf(ours, i), rowOf(theirs, row++));
    }
  }
  if (row !== theirs.count) throw new Error(`we have ${row} images, the reference ${theirs.count}`);
  return sum / row;
}
