import { z } from "zod";
import { LifelongError } from "../error.ts";

const Score = z.number().nullable();

/**
 * Scores of a learner: `scores[i][j]` is the score on task j after training step i, null where it was not measured. `baseline[j]` is that of
 * the untrained model, `reference[j]` that of a model trained on all tasks at once. `firstBatches[b][j]` is the score on task j after b
 * mini-batches of it, b from 0.
 */
export const AccuracyMatrix = z
  .object({
    tasks: z.array(z.string()).optional(),
    scores: z.array(z.array(Score)).min(1).max(2000),
    baseline: z.array(Score).optional(),
    reference: z.array(Score).optional(),
    firstBatches: z.array(z.array(Score)).optional(),
  })
  .superRefine(({ tasks, scores, baseline, reference, firstBatches }, ctx) => {
    const count = scores.length;
    const wrong = (path: (string | number)[], what: string, length: number): void => {
      if (length === count) return;
      ctx.addIssue({ code: "custom", path, message: `${what} has ${length} values where there are ${count} steps` });
    };
    for (const [i, row] of scores.entries()) wrong(["scores", i], `row ${i + 1}`, row.length);
    if (tasks) wrong(["tasks"], "the list of tasks", tasks.length);
    if (baseline) wrong(["baseline"], "the baseline", baseline.length);
    if (reference) wrong(["reference"], "the reference", reference.length);
    for (const [b, row] of (firstBatches ?? []).entries())
      wrong(["firstBatches", b], `row ${b + 1} of first batches`, row.length);
  })
  .meta({ id: "AccuracyMatrix" });
export type AccuracyMatrix = z.infer<typeof AccuracyMatrix>;

/** Reads the JSON of an AccuracyMatrix, or bare rows of scores. Throws a LifelongError that names `file`. */
export function parseMatrixJson(text: string, file: string): AccuracyMatrix {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LifelongError(`${file} is not valid JSON`, { cause });
  }
  return check(Array.isArray(value) ? { scores: value } : value, file);
}

const baselineNames = new Set(["baseline", "untrained", "init", "0"]);
const referenceNames = new Set(["reference", "joint"]);

const cornerNames = /^(|step|steps|after|trained|trained on|row|i)$/i;

/**
 * Reads a CSV (or TSV, or semicolons): a row a training step, a column a task. A first line of names and a first column of names may be
 * there; a row named baseline (or untrained) and one named reference (or joint) are taken as that.
 */
export function parseMatrixCsv(text: string, file: string): AccuracyMatrix {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
  const [head] = lines;
  if (!head) throw new LifelongError(`${file} is empty`);
  const separator = ["\t", ";", ","].find((each) => head.line.includes(each)) ?? ",";
  const rows = lines.map(({ line, number }) => ({ cells: line.split(separator).map(unquote), number }));
  const names = rows[0]?.cells ?? [];
  const isName = (cell: string): boolean => cell !== "" && !isScore(cell);
  const hasHead = names.slice(1).some(isName) || names.every(isName);
  const body = hasHead ? rows.slice(1) : rows;
  const hasNames = (hasHead && cornerNames.test(names[0] ?? "")) || body.some(({ cells }) => isName(cells[0] ?? ""));
  const found: AccuracyMatrix = { scores: [] };
  for (const { cells, number } of body) {
    const scores = (hasNames ? cells.slice(1) : cells).map((cell) => toScore(cell, { file, number }));
    const name = hasNames ? (cells[0] ?? "").toLowerCase() : "";
    if (baselineNames.has(name)) found.baseline = scores;
    else if (referenceNames.has(name)) found.reference = scores;
    else found.scores.push(scores);
  }
  if (hasHead) found.tasks = hasNames ? names.slice(1) : names;
  return check(found, file);
}

function check(value: unknown, file: string): AccuracyMatrix {
  const parsed = AccuracyMatrix.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw new LifelongError(
    `${file} is no accuracy matrix: ${path ? `${path}: ` : ""}${issue?.message ?? "unknown form"}`,
  );
}

function unquote(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, "$1");
}

function isScore(cell: string): boolean {
  return cell === "" || /^(nan|null)$/i.test(cell) || Number.isFinite(Number(cell));
}

function toScore(cell: string, { file, number }: { file: string; number: number }): number | null {
  if (cell === "" || /^(nan|null)$/i.test(cell)) return null;
  const value = Number(cell);
  if (!Number.isFinite(value)) throw new LifelongError(`${file}, line ${number}: "${cell}" is not a number`);
  return value;
}
