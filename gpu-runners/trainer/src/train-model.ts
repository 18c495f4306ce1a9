import { link, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modelFiles } from "@whetstone/schemas/api";
import type { TrainEvent } from "@whetstone/schemas/tasks";
import { defineTask, type TaskContext, TaskError } from "@whetstone/runtime";
import { lendShards } from "./lend-shards.ts";
import { prepareSpec, shardFolder, type TrainerSettings } from "./prepare-spec.ts";
import { runProgram } from "./run-program.ts";
import { toNote } from "./to-note.ts";

type Context = TaskContext<"train-model">;

const outputFiles = [...modelFiles, "curve.jsonl"];

/** Trains by the Python program: this lends it files, tells its progress, keeps its checkpoints and uploads its package. */
export function createTrainModel(settings: TrainerSettings) {
  return defineTask({
    kind: "train-model",

    async run(context) {
      const { progress, tell, signal, workDir, write, log } = context;
      const spec = await prepareSpec(context, settings);
      const specPath = join(workDir, "spec.json");
      await writeFile(specPath, JSON.stringify(spec));

      const checkpoints = keepCheckpoints(context);
      const shards = lendShards(context.inputs, shardFolder(workDir));
      let done: Extract<TrainEvent, { type: "done" }> | undefined;
      await runProgram({
        ...settings,
        specPath,
        signal: AbortSignal.any([signal, shards.failed]),
        log,
        onEvent(event) {
          if (event.type === "start" || event.type === "progress") progress(event.step, event.total_steps, "steps");
          const note = toNote(event);
          if (note) tell(note);
          if (event.type === "checkpoint") checkpoints.add(event.path);
          if (event.type === "need") shards.lend(event.names);
          if (event.type === "free") shards.takeBack(event.names);
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
