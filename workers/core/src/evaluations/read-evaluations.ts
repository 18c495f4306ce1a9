import type { Evaluation, PageOf, PageQuery } from "@whetstone/schemas/api";
import { evaluations, runs } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { getOwned, inWorkspace, listOwned, toPage } from "../scope.ts";

type EvaluationRow = typeof evaluations.$inferSelect;

export async function getEvaluation(ctx: Context, id: string): Promise<Evaluation> {
  requireScope(ctx, "evaluations:read");
  const [evaluation] = await withStatus(ctx, [await getOwned(ctx, evaluations, { what: "evaluation", id })]);
  if (!evaluation) throw new Error(`evaluation ${id} has no run`);
  return evaluation;
}

export async function listEvaluations(ctx: Context, page: PageQuery): Promise<PageOf<Evaluation>> {
  requireScope(ctx, "evaluations:read");
  const { rows, hasMore } = await listOwned(ctx, evaluations, { page, kind: "evaluation" });
  return toPage(await withStatus(ctx, rows), hasMore);
}

/** An evaluation is as far as its run is. */
async function withStatus(ctx: Context, rows: EvaluationRow[]): Promise<Evaluation[]> {
  const ids = rows.map(({ runId }) => runId);
  const found =
    ids.length === 0
      ? []
      : await ctx.db
          .select({ id: runs.id, status: runs.status })
          .from(runs)
          .where(inWorkspace(ctx, runs, inArray(runs.id, ids)));
  const statuses = new Map(found.map(({ id, status }) => [id, status]));
  return rows.map((evaluation) => {
    const { workspaceId: _, createdAt, ...row } = evaluation;
    return {
      ...row,
      object: "evaluation",
      status: statuses.get(row.runId) ?? "queued",
      createdAt: createdAt.toISOString(),
    };
  });
}
