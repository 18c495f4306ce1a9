import {
  blockSubtypes,
  blockTypes,
  noParams,
  type BlockSubtype,
  type BlockType,
  type LogTable,
} from "./log/log-table.ts";

/** A stretch of rows [start, end) of one block, type, subtype and task: what all metrics are computed on. */
export interface Regime {
  number: number;
  start: number;
  end: number;
  blockNum: number;
  blockType: BlockType;
  subtype: BlockSubtype;
  task: string;
  /** `task_params` of its rows, each once, null where there are none; sorted, null last. */
  params: (string | null)[];
}

/** Cuts ordered rows into regimes, numbered from 0. */
export function findRegimes(table: LogTable): Regime[] {
  const regimes: Regime[] = [];
  for (let start = 0; start < table.length;) {
    let end = start + 1;
    while (end < table.length && isSameRegime(table, start, end)) end++;
    regimes.push({
      number: regimes.length,
      start,
      end,
      blockNum: table.blockNum[start] as number,
      blockType: blockTypes[table.blockType[start] as number] as BlockType,
      subtype: blockSubtypes[table.subtype[start] as number] as BlockSubtype,
      task: table.tasks[table.task[start] as number] as string,
      params: collectParams(table, start, end),
    });
    start = end;
  }
  return regimes;
}

function isSameRegime(table: LogTable, a: number, b: number): boolean {
  return (
    table.blockNum[a] === table.blockNum[b] &&
    table.blockType[a] === table.blockType[b] &&
    table.subtype[a] === table.subtype[b] &&
    table.task[a] === table.task[b]
  );
}

function collectParams({ param, params }: LogTable, start: number, end: number): (string | null)[] {
  const codes = new Set<number>();
  let last = -1;
  for (let i = start; i < end; i++) {
    if (param[i] === last) continue;
    last = param[i] as number;
    codes.add(last);
  }
  const names = [...codes].filter((code) => code !== noParams).map((code) => params[code] as string);
  return [...names.toSorted(), ...(codes.has(noParams) ? [null] : [])];
}

/**
 * A line of the reference program's block table. It groups rows by regime and `task_params`, so a regime whose parameters change takes
 * several lines; its metrics then look up line n where they mean regime n. In corrected mode lines are regimes.
 */
export interface BlockLine extends Omit<Regime, "params" | "start" | "end" | "number"> {
  regime: number;
  param: string | null;
}

export function toBlockLines(regimes: readonly Regime[], splitsParams: boolean): BlockLine[] {
  return regimes.flatMap(({ params, number, blockNum, blockType, subtype, task }) => {
    const line = { regime: number, blockNum, blockType, subtype, task };
    if (!splitsParams) return [{ ...line, param: params.length > 1 ? "(several)" : (params[0] ?? null) }];
    return params.map((param) => ({ ...line, param }));
  });
}

/** Task names in the order of all output: trained ones first, by block, then those only tested. */
export function orderTasks(lines: readonly BlockLine[]): string[] {
  const rank = ({ blockType }: BlockLine): number => (blockType === "train" ? 0 : 1);
  const sorted = lines.toSorted((a, b) => rank(a) - rank(b) || a.blockNum - b.blockNum);
  return unique(sorted.map(({ task }) => task));
}

/** Each value once, in order of first appearance. */
export function unique<Value>(values: Iterable<Value>): Value[] {
  return [...new Set(values)];
}
