import type { EvaluationExamples, ExamplesQuery } from "@whetstone/schemas/api";
import { evaluations } from "@whetstone/schemas/db";
import { PredictionRow } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { findSamples } from "../samples/find-samples.ts";
import { readAllRows } from "../samples/read-rows.ts";
import { getOwned } from "../scope.ts";
import { runOf } from "./read-evaluations.ts";
import { findPredictions } from "./read-predictions.ts";
import { setsOfRun } from "./sets-of-run.ts";

const columns = ["task", "part", "uid", "unit", "label", "predicted", "rank", "correct"];

/** What a model got wrong on one set of an evaluation, what is right furthest down its list first. */
export async function listExamples(ctx: Context, id: string, query: ExamplesQuery): Promise<EvaluationExamples> {
  requireScope(ctx, "evaluations:read");
  const run = await runOf(ctx, await getOwned(ctx, evaluations, { what: "evaluation", id }));
  const { sets } = await setsOfRun(ctx, run);
  const predictions = await findPredictions(ctx, { runId: run.id, sets });
  const { set, file } = predictions.find((one) => query.set === undefined || one.set.name === query.set) ?? {};
  if (!set || !file)
    throw new AppError("not_found", `evaluation ${id} has no predictions of ${query.set ?? "any set"} to show`);

  const isMeant = (row: PredictionRow) =>
    row.task === query.task &&
    row.part === query.part &&
    (query.label === undefined || row.label === query.label) &&
    (query.predicted === undefined || row.predicted === query.predicted);
  const rows = await readAllRows(ctx, file, { schema: PredictionRow, columns });
  const wrong = rows.filter((row) => row.correct < 1 && isMeant(row));
  const depth = ({ rank }: PredictionRow) => (rank === 0 ? Infinity : rank);
  const shown = wrong
    .toSorted((a, b) => a.correct - b.correct || (depth(a) === depth(b) ? 0 : depth(b) - depth(a)))
    .slice(0, query.limit);
  const samples = await findSamples(ctx, set.versionId, new Set(shown.map(({ uid }) => uid)));
  return {
    object: "list",
    set: set.name,
    versionId: set.versionId,
    wrongCount: wrong.length,
    data: shown.map(({ uid, unit, label, predicted, rank, correct }) => {
      return { uid, unit, label, predicted, rank, correct, sample: samples.get(uid) ?? null };
    }),
  };
}
