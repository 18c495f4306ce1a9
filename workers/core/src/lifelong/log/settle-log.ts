import type { Fault } from "../error.ts";
import { pickRows, trimTable, type LogTable } from "./log-table.ts";
import { orderRows } from "./order-rows.ts";
import type { Origin } from "./parse-log.ts";

export interface SettledLog {
  table: LogTable;
  /** Rules that only show once all files are read together. */
  faults: Fault[];
  warnings: string[];
}

const namePattern = /^[0-9a-z]+_[0-9a-z]+$/i;

/** Puts the rows of all files in order of experience and checks what concerns them together. `origins` are in order of row. */
export function settleLog(table: LogTable, origins: readonly Origin[] = []): SettledLog {
  const order = orderRows(table.expNum, table.blockNum, table.length);
  const sorted = order ? pickRows(table, order) : trimTable(table);
  const back = findStepBack(sorted);
  const faults =
    back === undefined
      ? []
      : [{ ...locate(origins, order?.[back] ?? back), column: "block_num", rule: tellStepBack(sorted, back) }];
  const odd = sorted.tasks.filter((name) => !namePattern.test(name));
  const warnings = odd.map((name) => `task name "${name}" is not of the form <label>_<variant>`);
  return { table: sorted, faults, warnings };
}

function findStepBack({ blockNum, length }: LogTable): number | undefined {
  for (let i = 1; i < length; i++) if ((blockNum[i] as number) < (blockNum[i - 1] as number)) return i;
  return undefined;
}

function tellStepBack({ blockNum, expNum }: LogTable, row: number): string {
  return `goes back from ${blockNum[row - 1]} to ${blockNum[row]} at experience ${expNum[row]}; block numbers may only grow with experiences`;
}

/** File and line of a row in the order it was read. */
export function locate(origins: readonly Origin[], row: number): { file: string; line?: number } {
  const origin = origins.findLast((each) => each.row <= row);
  return origin ? { file: origin.file, line: origin.line + row - origin.row } : { file: "log" };
}
