import { EvaluateModelResult } from "@whetstone/schemas/tasks";
import { evaluations } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { recordRun } from "../streams/record-run.ts";
import { listTaskResults } from "./list-task-results.ts";
import { loadManifest, versionInputs } from "./load-manifest.ts";
import { modelInputs } from "./model-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind, derivedId } from "./run-kind.ts";

/** A model judged on a version: one task. */
export const evaluateRun = defineRunKind<"evaluate">({
  countTasks: async () => 1,

  async planTasks(ctx, { run }) {
    const { versionId, trainVersionId, modelId, tasks, seed } = run.params;
    const { workspaceId } = run;
    const manifest = await loadManifest(ctx, { workspaceId, versionId });
    const { inputs, shardCount, hasRefined } = versionInputs(manifest);
    const model = await modelInputs(ctx, { workspaceId, modelId, prefix: "model" });
    const train = trainVersionId
      ? versionInputs(await loadManifest(ctx, { workspaceId, versionId: trainVersionId }))
      : { inputs: [], shardCount: 0 };
    const learned = train.inputs.map((file) => ({ ...file, name: `train-${file.name}` }));
    const params = {
      tasks,
      shardCount,
      hasRefined,
      trainShardCount: train.shardCount,
      benchmark: manifest.benchmark ?? null,
      seed,
    };
    return [{ kind: "evaluate-model", params, inputs: [...model, ...inputs, ...learned] }];
  },

  async close(ctx, run) {
    const id = derivedId("eval", run.id);
    for await (const task of listTaskResults(ctx, run.id)) {
      const { scores } = EvaluateModelResult.parse(task.result);
      const performance = scores[0]?.main.value;
      if (run.params.stream && performance !== undefined) {
        const experiences = [{ performance, loss: null }];
        await recordRun(ctx, { run, entry: run.params.stream, blockType: "test", experiences });
      }
      return {
        output: { outputEvaluationId: id },
        statements: [ctx.db.update(evaluations).set({ scores }).where(eq(evaluations.id, id))],
      };
    }
    throw new RunFailure("no_scores", "the evaluation task left no scores");
  },
});
