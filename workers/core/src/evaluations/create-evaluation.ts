import { CreateEvaluateRun, type CreateEvaluation, type Evaluation } from "@whetstone/schemas/api";
import { type Context, requireScope } from "../context.ts";
import { createRun } from "../runs/create-run.ts";
import { derivedId } from "../runs/run-kind.ts";
import { latestVersion } from "../suites/create-suite.ts";
import { findModel, findSuite } from "../suites/find-by-name.ts";
import { getEvaluation } from "./read-evaluations.ts";

/** An evaluation is a run with an id of its own, made from the run's. */
export async function createEvaluation(ctx: Context, input: CreateEvaluation): Promise<Evaluation> {
  requireScope(ctx, "evaluations:write");
  const { model, modelId, suite, dataset, versionId, tasks, ...rest } = input;
  const what =
    suite === undefined
      ? {
          versionId: versionId ?? (await latestVersion(ctx, { dataset: dataset ?? "", pointer: "/dataset" })),
          tasks: tasks ?? [{ type: "zero-shot-classification" }],
        }
      : await chooseSuite(ctx, suite);
  const run = await createRun(
    ctx,
    CreateEvaluateRun.parse({
      kind: "evaluate",
      ...rest,
      ...what,
      modelId: modelId ?? (await findModel(ctx, model ?? "")).id,
    }),
  );
  // Whoever may start an evaluation may see what was started.
  return getEvaluation(ctx, derivedId("eval", run.id), "evaluations:write");
}

/** A set that fails does not take the others along: its suite's aggregates then say what they lack. */
async function chooseSuite(ctx: Context, ref: string): Promise<{ suiteId: string; tolerateFailedTasks: number }> {
  const { id, sets } = await findSuite(ctx, ref);
  return { suiteId: id, tolerateFailedTasks: sets.length - 1 };
}
