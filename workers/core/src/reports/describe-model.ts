import type { ReportModel } from "@whetstone/schemas/api";
import { evaluations, models } from "@whetstone/schemas/db";
import { and, desc, eq, isNotNull } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isModel } from "../suites/find-by-name.ts";

/** Sets evaluated longer ago than this many evaluations are not looked for. */
const maxEvaluations = 50;

/** A model by the main figure of each set in its latest evaluations, the newest of a set. */
export async function describeModel(
  ctx: Context,
  { workspaceId, ref }: { workspaceId: string; ref: string },
): Promise<ReportModel> {
  const [model] = await ctx.db
    .select()
    .from(models)
    .where(and(eq(models.workspaceId, workspaceId), isModel(ref)))
    .orderBy(desc(models.number))
    .limit(1);
  if (!model) throw notFound("model", ref);
  const rows = await ctx.db
    .select({ id: evaluations.id, results: evaluations.results })
    .from(evaluations)
    .where(
      and(eq(evaluations.workspaceId, workspaceId), eq(evaluations.modelId, model.id), isNotNull(evaluations.results)),
    )
    .orderBy(desc(evaluations.id))
    .limit(maxEvaluations);
  const figures = new Map<string, ReportModel["figures"][number]>();
  for (const { id, results } of rows) {
    for (const { name: set, main } of results ?? []) {
      if (!main) continue;
      const { metric, value, interval } = main;
      const key = JSON.stringify([set, metric]);
      const ends = interval && { low: interval.low, high: interval.high };
      if (!figures.has(key)) figures.set(key, { set, metric, value, interval: ends, evaluationId: id });
    }
  }
  return { ref, name: `${model.name}@${model.number}`, figures: [...figures.values()] };
}
