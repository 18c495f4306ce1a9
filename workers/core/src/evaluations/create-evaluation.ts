import { type CreateEvaluation, CreateEvaluateRun, type Evaluation } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { createRun } from "../runs/create-run.ts";
import { derivedId } from "../runs/run-kind.ts";

/** An evaluation is a run with an id of its own, made from the run's. */
export async function createEvaluation(ctx: Context, input: CreateEvaluation): Promise<Evaluation> {
  const run = await createRun(ctx, CreateEvaluateRun.parse({ kind: "evaluate", ...input }));
  return {
    id: derivedId("eval", run.id),
    object: "evaluation",
    runId: run.id,
    modelId: input.modelId,
    versionId: input.versionId,
    status: run.status,
    tasks: input.tasks,
    scores: null,
    createdAt: run.createdAt,
  };
}
