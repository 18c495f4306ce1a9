import type { CompareEvaluations, Comparison, EvaluationSet, Pair } from "@whetstone/schemas/api";
import { evaluations, models } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned, inWorkspace } from "../scope.ts";
import { comparePaired } from "../statistics/compare-paired.ts";
import { adjustByHolm } from "../statistics/holm.ts";
import { describePair } from "./describe-pair.ts";
import { findPredictions, type PredictionFile, readPredictions, type UnitScores } from "./read-predictions.ts";
import { runOf } from "./read-evaluations.ts";
import { setsOfRun } from "./sets-of-run.ts";

const level = 0.05;
/** Units of all models of a set together: what a Worker has memory and time for. */
const maxUnits = 1_000_000;

interface Entry {
  id: string;
  modelId: string;
  name: string;
  files: PredictionFile[];
}
type Untested = Omit<Comparison["comparisons"][number], "pairs"> & {
  pairs: Omit<Pair, "adjustedPValue" | "isSignificant" | "sentence">[];
};

/** Up to ten models on the very same samples, pair by pair: exact McNemar, paired bootstrap, p-values adjusted for their number. */
export async function compareEvaluations(ctx: Context, { evaluationIds }: CompareEvaluations): Promise<Comparison> {
  requireScope(ctx, "evaluations:read");
  const entries = await Promise.all(evaluationIds.map((id) => loadEntry(ctx, id)));
  const skipped: Comparison["skipped"] = [];
  const untested: Untested[] = [];
  for (const { set } of entries[0]?.files ?? []) {
    const shared = shareSet(entries, set);
    if ("reason" in shared) skipped.push({ set: set.name, reason: shared.reason });
    else untested.push(...(await compareSet(ctx, { set, entries, files: shared.files })));
  }
  if (untested.length === 0)
    throw new AppError(
      "conflict",
      `these evaluations have no predictions of the same task on the same version: ${skipped.map(({ set, reason }) => `${set}: ${reason}`).join("; ") || "the first has none"}`,
    );
  const names = new Map(entries.map(({ id, name }) => [id, name]));
  const { comparisons, tests } = adjust(untested, names);
  return {
    object: "comparison",
    evaluations: entries.map(({ id, modelId, name }) => ({ id, modelId, model: name })),
    comparisons,
    skipped,
    note: noteOn(tests),
  };
}

async function loadEntry(ctx: Context, id: string): Promise<Entry> {
  const row = await getOwned(ctx, evaluations, { what: "evaluation", id });
  const run = await runOf(ctx, row);
  if (run.status !== "succeeded")
    throw new AppError("conflict", `evaluation ${id} is ${run.status}; only those that succeeded can be compared`);
  const [model] = await ctx.db
    .select({ name: models.name, number: models.number })
    .from(models)
    .where(inWorkspace(ctx, models, inArray(models.id, [row.modelId])));
  const { sets } = await setsOfRun(ctx, run);
  const name = model ? `${model.name}@${model.number}` : row.modelId;
  return { id, modelId: row.modelId, name, files: await findPredictions(ctx, { runId: run.id, sets }) };
}

type File = NonNullable<PredictionFile["file"]>;

/** Every model's predictions of this set: same version, same tasks. */
function shareSet(entries: readonly Entry[], set: EvaluationSet): { files: File[] } | { reason: string } {
  const wanted = JSON.stringify([set.versionId, set.tasks]);
  const files: File[] = [];
  for (const { id, files: own } of entries) {
    const found = own.find((one) => JSON.stringify([one.set.versionId, one.set.tasks]) === wanted);
    if (!found) return { reason: `${id} was not evaluated with the same tasks on ${set.versionId}` };
    if (!found.file) return { reason: "its tasks score no single samples" };
    files.push(found.file);
  }
  return { files };
}

async function compareSet(
  ctx: Context,
  { set, entries, files }: { set: EvaluationSet; entries: readonly Entry[]; files: readonly File[] },
): Promise<Untested[]> {
  const all: UnitScores[][] = [];
  let units = 0;
  for (const file of files) {
    const scores = await readPredictions(ctx, file);
    units += scores.reduce((sum, { correct }) => sum + correct.size, 0);
    if (units > maxUnits)
      throw new AppError(
        "payload_too_large",
        `the models of ${set.name} have more than ${maxUnits} predictions together; compare fewer at once`,
      );
    all.push(scores);
  }
  return (all[0] ?? []).map(({ task, part, correct }) => {
    const columns = all.map(
      (scores) => scores.find((one) => one.task === task && one.part === part)?.correct ?? new Map<string, number>(),
    );
    const common = [...correct.keys()].filter((unit) => columns.every((column) => column.has(unit)));
    const values = columns.map((column) => Float64Array.from(common, (unit) => column.get(unit) ?? 0));
    return {
      set: set.name,
      versionId: set.versionId,
      task: set.tasks[task]?.type ?? "",
      part,
      count: common.length,
      means: entries.map(({ id }, i) => ({ evaluationId: id, value: meanOf(values[i] ?? new Float64Array()) })),
      pairs: pairsOf(entries).map(([i, j]) => {
        const found = comparePaired(values[i] ?? [], values[j] ?? [], { seed: 0 });
        const { difference, interval, onlyA, onlyB, pValue } = found;
        return { a: entries[i]?.id ?? "", b: entries[j]?.id ?? "", difference, interval, onlyA, onlyB, pValue };
      }),
    };
  });
}

function adjust(untested: readonly Untested[], names: ReadonlyMap<string, string>) {
  const adjusted = adjustByHolm(untested.flatMap(({ pairs }) => pairs.map(({ pValue }) => pValue)));
  const tests = adjusted.length;
  let next = 0;
  const comparisons = untested.map((one) => ({
    ...one,
    pairs: one.pairs.map((pair) => {
      const adjustedPValue = adjusted[next] ?? 1;
      next += 1;
      const tested = { ...pair, adjustedPValue, isSignificant: adjustedPValue < level };
      const [a, b] = [names.get(pair.a) ?? pair.a, names.get(pair.b) ?? pair.b];
      return { ...tested, sentence: describePair(tested, { a, b, tests }) };
    }),
  }));
  return { comparisons, tests };
}

function noteOn(tests: number): string {
  const base =
    "Differences are over the same samples, with 95 % paired bootstrap intervals of each alone and McNemar's exact two-sided test.";
  if (tests === 1) return base;
  return `${base} With ${tests} tests some small p-value is to be expected by chance, so a difference counts as significant when its p-value adjusted by Holm's method is below ${level}; the intervals are not adjusted.`;
}

function pairsOf(entries: readonly Entry[]): [number, number][] {
  return entries.flatMap((_, i) => entries.slice(i + 1).map((__, k): [number, number] => [i, i + 1 + k]));
}

const meanOf = (values: Float64Array) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
