import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { TrainSpec } from "@whetstone/schemas/tasks";
import type { TaskContext } from "@whetstone/runtime";

export interface TrainerSettings {
  /** The Python that has the trainer installed. */
  python: string;
  /** With more than one, `torchrun` starts a process for each. */
  gpus: number;
  threads: number;
  codeVersion: string;
}
type Context = TaskContext<"train-model">;

const initFiles = ["model.json", "tokenizer.json", "weights.safetensors"] as const;

/** Where lent shards appear. */
export const shardFolder = (workDir: string): string => join(workDir, "shards");

/** Writes down what to train, with its files in place; shards that are streamed come later, as the program asks for them. */
export async function prepareSpec(context: Context, settings: TrainerSettings): Promise<TrainSpec> {
  const { params, inputs, resumed, workDir } = context;
  const [init, output, checkpointDir] = [join(workDir, "init"), join(workDir, "output"), join(workDir, "checkpoints")];
  await Promise.all([init, output, checkpointDir, shardFolder(workDir)].map((folder) => mkdir(folder)));
  if (!params.hub && !params.architecture) {
    for (const file of initFiles) await symlink(await inputs.path(`init.${file}`), join(init, file));
  }
  return {
    format: "whetstone-train/1",
    name: params.modelName,
    seed: params.seed,
    recipe: params.recipe,
    from_scratch: params.fromScratch || params.architecture !== undefined,
    init,
    data: await placeShards(context),
    weights: params.sources.length > 1 ? params.sources.map((source) => source.weight) : null,
    is_lent: params.recipe.data.streaming,
    architecture: params.architecture ?? null,
    hub_id: params.hub?.id ?? null,
    hub_revision: params.hub?.revision ?? null,
    output,
    checkpoint_dir: checkpointDir,
    resume: resumed,
    threads: settings.threads,
    image_cache_bytes: 4 * 1024 ** 3,
    code_version: settings.codeVersion,
    origin: params.origin,
  };
}

async function placeShards({ params, inputs, workDir }: Context): Promise<TrainSpec["data"]> {
  const isLent = params.recipe.data.streaming;
  const place = async (name: string): Promise<string> =>
    isLent ? join(shardFolder(workDir), name) : inputs.path(name);
  const sources = params.sources.flatMap(({ sampleCounts, isEarlier }, source) =>
    sampleCounts.map((samples) => ({ source, samples, isEarlier })),
  );
  const data = [];
  for (let shard = 0; shard < params.shardCount; shard++) {
    const refined = `refined-${shard}.parquet`;
    data.push({
      shard: await place(`shard-${shard}.tar`),
      base: await place(`base-${shard}.parquet`),
      refined: params.hasRefined && inputs.has(refined) ? await place(refined) : null,
      is_earlier: sources[shard]?.isEarlier ?? false,
      source: sources[shard]?.source ?? 0,
      samples: sources[shard]?.samples ?? null,
    });
  }
  return data;
}
