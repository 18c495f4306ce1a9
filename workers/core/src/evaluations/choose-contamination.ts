import type { CreateRun } from "@whetstone/schemas/api";
import { models, versions } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { getOwned, inWorkspace } from "../scope.ts";

type EvaluateRun = Extract<CreateRun, { kind: "evaluate" }>;

/** Unless the caller says otherwise, test samples are looked for in the version the model was trained on, where that is known. */
export async function chooseContamination(ctx: Context, params: EvaluateRun): Promise<EvaluateRun> {
  if (params.contamination !== undefined) return params;
  const model = await getOwned(ctx, models, { what: "model", id: params.modelId });
  const [version] = await ctx.db
    .select({ id: versions.id })
    .from(versions)
    .where(inWorkspace(ctx, versions, eq(versions.id, model.versionId ?? "")));
  return { ...params, contamination: version ? { against: version.id } : null };
}
