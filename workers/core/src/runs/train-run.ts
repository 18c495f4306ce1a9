import { TrainModelResult } from "@whetstone/schemas/tasks";
import { createTrainedModel } from "../models/create-trained-model.ts";
import { recordRun } from "../streams/record-run.ts";
import { listTaskResults } from "./list-task-results.ts";
import { mixVersions } from "./mix-versions.ts";
import { modelInputs } from "./model-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind } from "./run-kind.ts";
import { readTrainingCurve } from "./training-curve.ts";
import { trainOrigin } from "./train-origin.ts";

/** A version and a model to start from to a trained model: one task. */
export const trainRun = defineRunKind<"train">({
  countTasks: async () => 1,

  async planTasks(ctx, { run }) {
    const { initModelId, hub, architecture, modelName, fromScratch, seed, recipe } = run.params;
    const { workspaceId } = run;
    const { inputs, ...data } = await mixVersions(ctx, run);
    const init = initModelId ? await modelInputs(ctx, { workspaceId, modelId: initModelId, prefix: "init" }) : [];
    return [
      {
        kind: "train-model",
        params: {
          modelName,
          fromScratch,
          hub,
          architecture,
          seed,
          recipe,
          ...data,
          origin: await trainOrigin(ctx, run),
        },
        inputs: [...init, ...inputs],
        size: { total: recipe.steps, unit: "steps" },
      },
    ];
  },

  async close(ctx, run) {
    for await (const task of listTaskResults(ctx, run.id)) {
      const { metrics } = TrainModelResult.parse(task.result);
      if (run.params.stream) {
        const experiences = await readTrainingCurve(ctx, task.file("curve.jsonl").key);
        await recordRun(ctx, { run, entry: run.params.stream, blockType: "train", experiences });
      }
      return createTrainedModel(ctx, { run, metrics, file: task.file, has: task.has });
    }
    throw new RunFailure("no_model", "the training task left no model");
  },
});
