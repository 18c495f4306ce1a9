import { link, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modelFiles } from "@whetstone/schemas/api";
import type { TrainEvent, TrainSpec } from "@whetstone/schemas/tasks";
import { defineTask, type TaskContext, TaskError } from "@whetstone/runtime";
import { runProgram } from "./run-program.ts";

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
const outputFiles = [...modelFiles, "curve.jsonl"];

/** Trains by the Python program: this lends it files, tells its progress, keeps its checkpoints and uploads its package. */
export function createTrainModel(settings: TrainerSettings) {
  return defineTask({
    kind: "train-model",

    async run(context) {
      const { progress, signal, workDir, write, log } = context;
      const spec = await prepareSpec(context, settings);
      const specPath = join(workDir, "spec.json");
      await writeFile(specPath, JSON.stringify(spec));

      const checkpoints = keepCheckpoints(context);
      let done: Extract<TrainEvent, { type: "done" }> | undefined;
      await runProgram({
        ...settings,
        specPath,
        signal,
        log,
        onEvent(event) {
          if (event.type === "start" || event.type === "progress") progress(event.step, event.total_steps, "steps");
          if (event.type === "checkpoint") checkpoints.add(event.path);
          if (event.type === "done") done = event;
        },
      });
      if (!done) throw new TaskError("training_failed", "the training program ended without a result");

      await checkpoints.settled();
      for (const name of outputFiles) void write(name, join(spec.output, name));
      return { metrics: done.metrics, counts: done.counts };
    },
  });
}

async function prepareSpec(
  { params, inputs, resumed, workDir }: Context,
  settings: TrainerSettings,
): Promise<TrainSpec> {
  const [init, output, checkpointDir] = [join(workDir, "init"), join(workDir, "output"), join(workDir, "checkpoints")];
  await Promise.all([init, output, checkpointDir].map((folder) => mkdir(folder)));
  for (const file of initFiles) await symlink(await inputs.path(`init.${file}`), join(init, file));

  const data = [];
  for (let shard = 0; shard < params.shardCount; shard++) {
    const refined = `refined-${shard}.parquet`;
    data.push({
      shard: await inputs.path(`shard-${shard}.tar`),
      base: await inputs.path(`base-${shard}.parquet`),
      refined: params.hasRefined && inputs.has(refined) ? await inputs.path(refined) : null,
      is_earlier: false,
    });
  }
  return {
    format: "whetstone-train/1",
    name: params.modelName,
    seed: params.seed,
    recipe: params.recipe,
    from_scratch: params.fromScratch,
    init,
    data,
    output,
    checkpoint_dir: checkpointDir,
    resume: resumed,
    threads: settings.threads,
    image_cache_bytes: 4 * 1024 ** 3,
    code_version: settings.codeVersion,
    origin: params.origin,
  };
}

/** Uploads one checkpoint at a time, always the newest; a failed upload costs a later attempt time, not this one its work. */
function keepCheckpoints({ checkpoint, workDir, signal, log }: Context) {
  let newest: string | undefined;
  let uploading: Promise<void> | undefined;

  async function uploadAll(): Promise<void> {
    const held = join(workDir, "uploading.safetensors");
    for (let path = newest; path && !signal.aborted; path = newest) {
      newest = undefined;
      try {
        // The program removes old checkpoints: a link of our own keeps this one until it is stored.
        await link(path, held);
        await checkpoint(held);
      } catch (error) {
        log("checkpoint not stored", { error: String(error) });
      } finally {
        await rm(held, { force: true });
      }
    }
    uploading = undefined;
  }

  return {
    add(path: string): void {
      newest = path;
      uploading ??= uploadAll();
    },
    settled: async (): Promise<void> => uploading,
  };
}
