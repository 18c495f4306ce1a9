import { LifelongError } from "./error.ts";
import { blockTypes, type LogTable } from "./log/log-table.ts";
import { findRegimes, unique } from "./regimes.ts";
import { toLabel } from "./select-rows.ts";

/** A settled log of one run that learnt a single task. */
export interface ExpertLog {
  /** Its folder, for messages. */
  name: string;
  table: LogTable;
}

/** A single-task expert's run: complete rows with a value. */
export interface Expert {
  name: string;
  /** The one task it was trained on. */
  task: string;
  expNum: Float64Array;
  values: Float64Array;
  isTrain: Uint8Array;
  rowTasks: string[];
  regimes: { start: number; end: number }[];
}

/** Throws a LifelongError unless the log trains exactly one task. */
export function toExpert({ name, table }: ExpertLog): Expert {
  const complete = pickIndices(table, (i) => table.status[i] === 0);
  const trained = unique(
    complete.filter((i) => blockTypes[table.blockType[i] as number] === "train").map((i) => nameOf(table, i)),
  );
  const [task] = trained;
  if (task === undefined || trained.length > 1)
    throw new LifelongError(
      `expert ${name} trains ${trained.length === 0 ? "no task" : trained.join(" and ")}; an expert must train exactly one`,
    );
  // Regimes are told apart before rows without a value go.
  const regimeOf = new Uint32Array(table.length);
  for (const { number, start, end } of findRegimes(keepComplete(table, complete)))
    for (let i = start; i < end; i++) regimeOf[complete[i] as number] = number;
  const kept = complete.filter((i) => !Number.isNaN(table.value[i]));
  return {
    name,
    task,
    expNum: Float64Array.from(kept, (i) => table.expNum[i] as number),
    values: Float64Array.from(kept, (i) => table.value[i] as number),
    isTrain: Uint8Array.from(kept, (i) => (table.blockType[i] === 0 ? 1 : 0)),
    rowTasks: kept.map((i) => nameOf(table, i)),
    regimes: toStretches(kept.map((i) => regimeOf[i] as number)),
  };
}

/**
 * Experts of a task, in the order given. The reference program, when only labels agree, takes every expert whose name starts with the
 * label ("nav" also gets "navx_1"); corrected, labels must be equal, and only in agnostic mode.
 */
export function findExperts(
  experts: readonly Expert[],
  task: string,
  { isCompat, isAgnostic }: { isCompat: boolean; isAgnostic: boolean },
): Expert[] {
  const exact = experts.filter((expert) => expert.task === task);
  if (exact.length > 0 && (isCompat || !isAgnostic)) return exact;
  if (!isCompat && !isAgnostic) return [];
  if (!experts.some((expert) => toLabel(expert.task) === task)) return exact;
  return experts
    .filter((expert) => (isCompat ? expert.task.startsWith(task) : toLabel(expert.task) === task))
    .map((expert) => ({ ...expert, rowTasks: expert.rowTasks.map(toLabel) }));
}

function nameOf({ tasks, task }: LogTable, row: number): string {
  return tasks[task[row] as number] as string;
}

function pickIndices(table: LogTable, isKept: (row: number) => boolean): number[] {
  const kept: number[] = [];
  for (let i = 0; i < table.length; i++) if (isKept(i)) kept.push(i);
  return kept;
}

function keepComplete(table: LogTable, rows: readonly number[]): LogTable {
  const pick = <Column extends Float64Array | Uint8Array | Uint32Array>(column: Column): Column => {
    const out = column.slice(0, rows.length) as Column;
    for (const [at, row] of rows.entries()) out[at] = column[row] as number;
    return out;
  };
  return {
    ...table,
    length: rows.length,
    blockNum: pick(table.blockNum),
    blockType: pick(table.blockType),
    subtype: pick(table.subtype),
    task: pick(table.task),
    param: pick(table.param),
  };
}

function toStretches(numbers: readonly number[]): { start: number; end: number }[] {
  const stretches: { start: number; end: number }[] = [];
  for (let start = 0; start < numbers.length;) {
    let end = start + 1;
    while (end < numbers.length && numbers[end] === numbers[start]) end++;
    stretches.push({ start, end });
    start = end;
  }
  return stretches;
}
