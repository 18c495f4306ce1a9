import { LifelongError } from "./error.ts";
import { findExperts, toExpert, type Expert, type ExpertLog } from "./expert.ts";
import { toDataRange } from "./data-range.ts";
import type { LogTable } from "./log/log-table.ts";
import type { Board } from "./metrics/board.ts";
import { toLifetime, type LifetimeMetrics } from "./metrics/lifetime-metrics.ts";
import { measureRegimes } from "./metrics/regime-stats.ts";
import { measureTasks, type Findings } from "./metrics/task-metrics.ts";
import { isCompat, type LifelongOptions } from "./options.ts";
import { clampSubject, normalizeSubject, smoothSubject, type Range, type Subject } from "./preprocess.ts";
import { findRegimes, orderTasks, toBlockLines } from "./regimes.ts";
import { selectRows } from "./select-rows.ts";

export interface LifetimeInput {
  /** Settled: see `settleLog`. */
  table: LogTable;
  experts?: readonly ExpertLog[];
}

/** All metrics of a lifetime with what they were computed from. */
export interface LifetimeResult extends Findings {
  options: LifelongOptions;
  board: Board;
  /** The rows that counted. `raw` is their measure before preprocessing, `board.curve` after. */
  table: LogTable;
  raw: Float64Array;
  lifetime: LifetimeMetrics;
  /** By task; null without normalisation. */
  ranges: Record<string, Range> | null;
  /** Of the processed measure. */
  min: number;
  max: number;
  /** Rows of training and of evaluation. */
  num_lx: number;
  num_ex: number;
  /** Seconds from the first timestamp to the last; NaN without timestamps. */
  runtime: number;
  /** Plain sentences, each once. */
  warnings: string[];
}

/**
 * Lifelong-learning metrics of one lifetime: preprocessing, regimes, tasks, lifetime. Pure. Throws LifelongError when the data or the
 * options can't give any.
 */
export function computeMetrics({ table, experts = [] }: LifetimeInput, options: LifelongOptions): LifetimeResult {
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  const isAgnostic = options.variantMode === "agnostic";
  const selection = selectRows(table, isAgnostic);
  const rows = selection.table;
  if (rows.length === 0)
    throw new LifelongError(`the log holds no complete experience with a value of ${options.perfMeasure}`);
  if (selection.missingCount > 0)
    warn(`${selection.missingCount} complete rows have no ${options.perfMeasure} and don't count`);
  if (selection.incompleteCount > 0) warn(`${selection.incompleteCount} rows are incomplete and don't count`);

  const regimes = findRegimes(rows);
  const lines = toBlockLines(regimes, isCompat(options) && !isAgnostic);
  const tasks = orderTasks(lines);
  const known = experts.map(toExpert);
  const isUnused = (expert: Expert): boolean => !tasks.some((task) => isFor(expert.task, task, isAgnostic));
  for (const { name, task } of known.filter(isUnused))
    warn(`expert ${name} trained ${task}, which the lifetime lacks; it is not used`);
  const raw = rows.value.subarray(0, rows.length);
  const subject: Subject = { regimes, lines, tasks, values: raw.slice(), experts: new Map(), warn };
  for (const task of tasks) {
    const own = findExperts(known, task, { isCompat: isCompat(options), isAgnostic });
    subject.experts.set(
      task,
      own.map((expert) => ({ ...expert, values: expert.values.slice() })),
    );
  }
  const ranges = preprocess(subject, options);
  warnOfBlocks(subject);

  const curve = { expNum: rows.expNum.subarray(0, rows.length), values: subject.values };
  const stats = measureRegimes(regimes, curve, options);
  const board: Board = { options, regimes, lines, tasks, curve, experts: subject.experts, stats, warn };
  const findings = measureTasks(board);
  return {
    ...findings,
    ...summarise(rows, subject),
    options,
    board,
    table: rows,
    raw,
    ranges,
    lifetime: toLifetime(findings, options),
    warnings: [...warnings],
  };
}

function preprocess(subject: Subject, options: LifelongOptions): Record<string, Range> | null {
  const given = toDataRange(options);
  smoothSubject(subject, options);
  if (options.clampOutliers) clampSubject(subject, given);
  return options.normalizationMethod === "none" ? null : normalizeSubject(subject, given, options);
}

function isFor(expertTask: string, task: string, isAgnostic: boolean): boolean {
  return expertTask === task || (isAgnostic && expertTask.startsWith(`${task}_`));
}

function warnOfBlocks({ regimes, warn }: Subject): void {
  for (const [i, { blockNum, blockType }] of regimes.entries()) {
    const before = regimes[i - 1];
    if (before && before.blockNum !== blockNum && before.blockType === blockType)
      return warn(
        `blocks ${before.blockNum} and ${blockNum} are both ${blockType}; learning and evaluation should alternate`,
      );
  }
}

function summarise(rows: LogTable, { values }: Subject) {
  const found = { min: Number.NaN, max: Number.NaN, num_lx: 0, num_ex: 0, runtime: Number.NaN };
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const value = values[i] as number;
    if (rows.blockType[i] === 0) found.num_lx++;
    else found.num_ex++;
    if (!Number.isNaN(value) && !(found.min <= value)) found.min = value;
    if (!Number.isNaN(value) && !(found.max >= value)) found.max = value;
    const time = rows.timeUs[i] as number;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (last >= first) found.runtime = (last - first) / 1e6;
  return found;
}
