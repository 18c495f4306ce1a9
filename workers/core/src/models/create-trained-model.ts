import { modelFiles } from "@whetstone/schemas/api";
import { models } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";
import { type Closing, derivedId, type RunOf } from "../runs/run-kind.ts";
import { nextNumber } from "./next-number.ts";
import { readPackage } from "./read-package.ts";

export interface TrainedModel {
  run: RunOf<"train">;
  metrics: Record<string, unknown>;
  /** The training task's outputs by name. */
  file(name: string): { key: string; sizeBytes: number; sha256: string };
  has(name: string): boolean;
}

/** The writes that register what a training run left; its files stay where the attempt put them. */
export async function createTrainedModel(ctx: Context, { run, metrics, file, has }: TrainedModel): Promise<Closing> {
  const { workspaceId } = run;
  const { modelName, initModelId, versionId, fromScratch } = run.params;
  const id = derivedId("mdl", run.id);
  const insert = ctx.db
    .insert(models)
    .values({
      id,
      workspaceId,
      name: modelName,
      number: nextNumber(workspaceId, modelName),
      parentId: fromScratch ? null : (initModelId ?? null),
      runId: run.id,
      versionId,
      hash: file("weights.safetensors").sha256,
      package: await readPackage(ctx, file("model.json").key),
      files: modelFiles
        .filter((name) => name !== "card.md" || has(name))
        .map((name) => {
          const { key, sizeBytes, sha256 } = file(name);
          return { name, key, sizeBytes, sha256 };
        }),
      metrics,
      createdAt: ctx.now(),
    })
    .onConflictDoNothing();
  return { output: { outputModelId: id }, statements: [insert] };
}
