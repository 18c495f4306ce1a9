import type { EvaluationSet } from "@whetstone/schemas/api";
import { PredictionRow } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { listTaskResults } from "../runs/list-task-results.ts";
import { readAllRows } from "../samples/read-rows.ts";

const Scored = PredictionRow.pick({ task: true, part: true, uid: true, unit: true, correct: true });

/** How right each unit of one half of one task was, by what names it. */
export interface UnitScores {
  task: number;
  part: string;
  correct: Map<string, number>;
}

/** Where an evaluation's predictions of one set are. */
export interface PredictionFile {
  set: EvaluationSet;
  file: { key: string; sizeBytes: number } | undefined;
}

/** The prediction files of an evaluation's sets that were scored. */
export async function findPredictions(
  ctx: Context,
  { runId, sets }: { runId: string; sets: readonly EvaluationSet[] },
): Promise<PredictionFile[]> {
  const found: PredictionFile[] = [];
  for await (const task of listTaskResults(ctx, runId)) {
    const set = sets[task.index];
    if (set) found.push({ set, file: task.files.find(({ name }) => name === "predictions.parquet") });
  }
  return found;
}

export async function readPredictions(ctx: Context, file: { key: string; sizeBytes: number }): Promise<UnitScores[]> {
  const rows = await readAllRows(ctx, file, { schema: Scored, columns: ["task", "part", "uid", "unit", "correct"] });
  const scores = new Map<string, UnitScores>();
  for (const { task, part, uid, unit, correct } of rows) {
    const name = `${task} ${part}`;
    const one = scores.get(name) ?? { task, part, correct: new Map<string, number>() };
    scores.set(name, one);
    one.correct.set(unit === "" ? uid : `${uid} ${unit}`, correct);
  }
  return [...scores.values()];
}
