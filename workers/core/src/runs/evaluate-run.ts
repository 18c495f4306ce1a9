import { evaluations } from "@whetstone/schemas/db";
import type { EvaluationSet } from "@whetstone/schemas/api";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { collectResults } from "../evaluations/collect-results.ts";
import { setsOfRun } from "../evaluations/sets-of-run.ts";
import { recordRun } from "../streams/record-run.ts";
import { aggregateResults } from "../suites/aggregate-results.ts";
import { loadManifest, toInput, versionInputs } from "./load-manifest.ts";
import { modelInputs } from "./model-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind, derivedId, type RunOf, type TaskPlan } from "./run-kind.ts";

/** A model judged on a version, or on each set of a suite: one task a set. */
export const evaluateRun = defineRunKind<"evaluate">({
  countTasks: async (ctx, run) => (await setsOfRun(ctx, run)).sets.length,

  async planTasks(ctx, { run, from, to }) {
    const { sets } = await setsOfRun(ctx, run);
    const { workspaceId } = run;
    const model = await modelInputs(ctx, { workspaceId, modelId: run.params.modelId, prefix: "model" });
    const seen = await seenInputs(ctx, run);
    const plans: TaskPlan[] = [];
    for (const set of sets.slice(from, to)) plans.push(await planSet(ctx, { run, set, shared: [...model, ...seen] }));
    return plans;
  },

  async close(ctx, run) {
    const id = derivedId("eval", run.id);
    const { sets, aggregate } = await setsOfRun(ctx, run);
    const results = await collectResults(ctx, { runId: run.id, sets });
    if (results.every(({ scores }) => scores === null))
      throw new RunFailure("no_scores", "no set of the evaluation has scores; see the run's failed tasks");
    const aggregates = aggregateResults({ aggregate, sets, results });
    const performance = results[0]?.scores?.[0]?.main.value;
    if (run.params.stream && performance !== undefined) {
      const experiences = [{ performance, loss: null }];
      await recordRun(ctx, { run, entry: run.params.stream, blockType: "test", experiences });
    }
    // Scores of many sets would not fit into a row; they stay with the tasks.
    const slim = results.map((result) => ({ ...result, scores: null, contamination: null }));
    const scores = run.params.suiteId === undefined ? (results[0]?.scores ?? null) : null;
    return {
      output: { outputEvaluationId: id },
      statements: [ctx.db.update(evaluations).set({ scores, results: slim, aggregates }).where(eq(evaluations.id, id))],
    };
  },
});

interface SetPlan {
  run: RunOf<"evaluate">;
  set: EvaluationSet;
  /** The model's files and those of what it has seen. */
  shared: TaskPlan["inputs"];
}

async function planSet(ctx: Context, { run, set, shared }: SetPlan): Promise<TaskPlan> {
  const { workspaceId } = run;
  const { tasks, versionId, trainVersionId } = set;
  const manifest = await loadManifest(ctx, { workspaceId, versionId });
  const { inputs, shardCount, hasRefined } = versionInputs(manifest);
  const train = trainVersionId
    ? versionInputs(await loadManifest(ctx, { workspaceId, versionId: trainVersionId }))
    : { inputs: [], shardCount: 0 };
  const learned = train.inputs.map((file) => ({ ...file, name: `train-${file.name}` }));
  const params = {
    tasks,
    shardCount,
    hasRefined,
    trainShardCount: train.shardCount,
    seenShardCount: shared.filter(({ name }) => name.startsWith("seen-")).length,
    benchmark: manifest.benchmark ?? null,
    seed: run.params.seed,
  };
  return { kind: "evaluate-model", params, inputs: [...shared, ...inputs, ...learned] };
}

/** Base layers of the version the model was trained on: their hashes tell which test images it has seen. */
async function seenInputs(ctx: Context, { workspaceId, params }: RunOf<"evaluate">): Promise<TaskPlan["inputs"]> {
  const versionId = params.contamination?.against;
  if (versionId === undefined) return [];
  const manifest = await loadManifest(ctx, { workspaceId, versionId });
  return (manifest.layers["base"] ?? []).map((file, index) => toInput(`seen-base-${index}.parquet`, file));
}
