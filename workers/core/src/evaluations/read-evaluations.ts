import type { Evaluation, EvaluationFiles, PageOf, PageQuery, Scope } from "@whetstone/schemas/api";
import { evaluations, runs } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { listTaskResults } from "../runs/list-task-results.ts";
import type { RunOf, RunRow } from "../runs/run-kind.ts";
import { summariseRuns, type Summary } from "../runs/summarise-tasks.ts";
import { getOwned, inWorkspace, listOwned, toPage } from "../scope.ts";
import { collectResults } from "./collect-results.ts";
import { setsOfRun } from "./sets-of-run.ts";

type EvaluationRow = typeof evaluations.$inferSelect;
const linkSeconds = 3600;

/** An evaluation with all its scores; those of sets that are done are there before the others'. */
export async function getEvaluation(ctx: Context, id: string, scope: Scope = "evaluations:read"): Promise<Evaluation> {
  requireScope(ctx, scope);
  const row = await getOwned(ctx, evaluations, { what: "evaluation", id });
  const run = await runOf(ctx, row);
  const { sets } = await setsOfRun(ctx, run);
  const isSettled = run.finishedAt !== null;
  const results = await collectResults(ctx, { runId: run.id, sets });
  const summary = (await summariseRuns(ctx, [run])).get(run.id);
  const known = isSettled ? results : results.filter(({ status }) => status !== "cancelled");
  return toEvaluation({ row: { ...row, results: known.length === 0 ? null : known }, run, summary });
}

export async function listEvaluations(ctx: Context, page: PageQuery): Promise<PageOf<Evaluation>> {
  requireScope(ctx, "evaluations:read");
  const { rows, hasMore } = await listOwned(ctx, evaluations, { page, kind: "evaluation" });
  const ids = rows.map(({ runId }) => runId);
  const found = await ctx.db
    .select()
    .from(runs)
    .where(inWorkspace(ctx, runs, inArray(runs.id, ids)));
  const byId = new Map(found.map((run) => [run.id, run]));
  const summaries = await summariseRuns(ctx, found);
  const data = rows.flatMap((row) => {
    const run = byId.get(row.runId);
    return run ? [toEvaluation({ row, run, summary: summaries.get(run.id) })] : [];
  });
  return toPage(data, hasMore);
}

/** The long tables of an evaluation's sets, by address: predictions, every class, every confusion, every sample seen before. */
export async function listEvaluationFiles(ctx: Context, id: string): Promise<EvaluationFiles> {
  requireScope(ctx, "evaluations:read");
  const run = await runOf(ctx, await getOwned(ctx, evaluations, { what: "evaluation", id }));
  const { sets } = await setsOfRun(ctx, run);
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  const data: EvaluationFiles["data"] = [];
  for await (const task of listTaskResults(ctx, run.id)) {
    for (const { key, name, sizeBytes, sha256 } of task.files) {
      const url = await ctx.storage.presignGet(key, { expiresSeconds: linkSeconds });
      data.push({ set: sets[task.index]?.name ?? "", name, sizeBytes, sha256, url, expiresAt });
    }
  }
  return { object: "list", data };
}

export async function runOf(ctx: Context, { id, runId }: EvaluationRow): Promise<RunOf<"evaluate">> {
  const run = await getOwned(ctx, runs, { what: "run", id: runId });
  if (run.params.kind !== "evaluate") throw new Error(`evaluation ${id} has a run of kind ${run.kind}`);
  return run as RunOf<"evaluate">;
}

/** An evaluation is as far as its run is. */
function toEvaluation({
  row,
  run,
  summary,
}: {
  row: EvaluationRow;
  run: RunRow;
  summary: Summary | undefined;
}): Evaluation {
  const { workspaceId: _, createdAt, metadata, ...rest } = row;
  const { total = 0, succeeded = 0, failed = 0 } = summary?.tasks ?? {};
  return {
    ...rest,
    object: "evaluation",
    name: run.name,
    status: run.status,
    resultCounts: { total, succeeded, failed },
    reportUrl: `/v1/evaluations/${row.id}/results?format=html`,
    metadata: metadata ?? {},
    createdAt: createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}
