import { ModelPackage, packageFiles } from "@whetstone/schemas/api";
import { models } from "@whetstone/schemas/db";
import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { RunFailure } from "../runs/run-failure.ts";
import { type Closing, derivedId, type RunOf } from "../runs/run-kind.ts";

const maxModelJsonBytes = 1024 ** 2;

export interface TrainedModel {
  run: RunOf<"train">;
  metrics: Record<string, unknown>;
  /** The training task's outputs by name. */
  file(name: string): { key: string; sizeBytes: number; sha256: string };
}

/** The writes that register what a training run left; its files stay where the attempt put them. */
export async function createTrainedModel(ctx: Context, { run, metrics, file }: TrainedModel): Promise<Closing> {
  const { workspaceId } = run;
  const { modelName, initModelId, versionId, fromScratch } = run.params;
  const parsed = ModelPackage.safeParse(parseJson(await ctx.storage.getText(file("model.json").key, { maxBytes: maxModelJsonBytes })));
  if (!parsed.success) throw new RunFailure("invalid_package", `model.json of the trained model: ${parsed.error.issues[0]?.message ?? "malformed"}`);

  const id = derivedId("mdl", run.id);
  const last = ctx.db
    .select({ number: sql`coalesce(max(${models.number}), 0) + 1` })
    .from(models)
    .where(and(eq(models.workspaceId, workspaceId), eq(models.name, modelName)));
  const insert = ctx.db
    .insert(models)
    .values({
      id,
      workspaceId,
      name: modelName,
      number: sql`(${last})`,
      parentId: fromScratch ? null : initModelId,
      runId: run.id,
      versionId,
      hash: file("weights.safetensors").sha256,
      package: parsed.data,
      files: packageFiles.map((name) => {
        const { key, sizeBytes, sha256 } = file(name);
        return { name, key, sizeBytes, sha256 };
      }),
      metrics,
      createdAt: ctx.now(),
    })
    .onConflictDoNothing();
  return { output: { outputModelId: id }, statements: [insert] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
