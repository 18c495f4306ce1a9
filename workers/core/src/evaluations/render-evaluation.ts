import type { Evaluation } from "@whetstone/schemas/api";
import { models, suites } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { inWorkspace } from "../scope.ts";
import { toPage } from "./report/to-page.ts";

/** An evaluation's page, and the policy it is to be sent with. */
export async function renderEvaluation(
  ctx: Context,
  evaluation: Evaluation,
): Promise<{ page: string; policy: string }> {
  const [[model], [suite]] = await ctx.db.batch([
    ctx.db
      .select({ name: models.name, number: models.number })
      .from(models)
      .where(inWorkspace(ctx, models, eq(models.id, evaluation.modelId))),
    ctx.db
      .select({ name: suites.name })
      .from(suites)
      .where(inWorkspace(ctx, suites, eq(suites.id, evaluation.suiteId ?? ""))),
  ]);
  return toPage(evaluation, {
    model: model ? `${model.name}@${model.number}` : evaluation.modelId,
    suite: suite?.name ?? null,
  });
}
