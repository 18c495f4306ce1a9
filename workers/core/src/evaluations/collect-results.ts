import { type EvaluationResult, type EvaluationScores, type EvaluationSet, findMetric } from "@whetstone/schemas/api";
import { EvaluateModelResult } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { listTaskResults } from "../runs/list-task-results.ts";

/** What became of each set of an evaluation, in the suite's order; a run has one task a set. */
export async function collectResults(
  ctx: Context,
  { runId, sets }: { runId: string; sets: readonly EvaluationSet[] },
): Promise<EvaluationResult[]> {
  const results = new Map<number, EvaluationResult>();
  for await (const task of listTaskResults(ctx, runId)) {
    const set = sets[task.index];
    if (!set) continue;
    const { scores, contamination } = EvaluateModelResult.parse(task.result);
    results.set(task.index, {
      ...common(set),
      status: "succeeded",
      error: null,
      main: mainOf(set, scores),
      cleanMain: contamination?.cleanScores ? mainOf(set, contamination.cleanScores) : null,
      scores,
      contamination,
      files: task.files.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
    });
  }
  const failures = await findFailures(ctx, runId);
  return sets.map((set, index) => results.get(index) ?? missingResult(set, failures.get(index)));
}

type Failure = Pick<typeof tasks.$inferSelect, "index" | "status" | "errorCode" | "errorMessage">;

async function findFailures(ctx: Context, runId: string): Promise<Map<number, Failure>> {
  const rows = await ctx.db
    .select({ index: tasks.index, status: tasks.status, errorCode: tasks.errorCode, errorMessage: tasks.errorMessage })
    .from(tasks)
    .where(and(eq(tasks.runId, runId), inArray(tasks.status, ["failed", "cancelled"])))
    .limit(1000);
  return new Map(rows.map((row) => [row.index, row]));
}

function missingResult(set: EvaluationSet, failure: Failure | undefined): EvaluationResult {
  const isFailed = failure?.status === "failed";
  return {
    ...common(set),
    status: isFailed ? "failed" : "cancelled",
    error: isFailed ? { code: failure.errorCode ?? "unknown", message: failure.errorMessage ?? "" } : null,
    main: null,
    cleanMain: null,
    scores: null,
    contamination: null,
    files: [],
  };
}

const common = ({ name, versionId, groups }: EvaluationSet) => ({ name, versionId, groups });

/** The set's own choice among the figures of its first task, else the one that task is told by. */
function mainOf({ mainMetric }: EvaluationSet, [first]: readonly EvaluationScores[]): EvaluationResult["main"] {
  if (!first) return null;
  const metric = mainMetric ?? first.main.metric;
  const value = mainMetric === undefined ? first.main.value : findMetric(first, mainMetric);
  return value === undefined ? null : { metric, value, interval: first.intervals[metric] ?? null };
}
