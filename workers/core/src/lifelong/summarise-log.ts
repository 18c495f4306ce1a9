import type { LogTable } from "./log/log-table.ts";
import { findRegimes, type Regime } from "./regimes.ts";

export interface RegimeSummary extends Pick<Regime, "number" | "blockNum" | "blockType" | "subtype" | "task"> {
  rowCount: number;
}

/** The regimes of a settled log, complete rows or not. */
export function summariseLog(table: LogTable): RegimeSummary[] {
  return findRegimes(table).map(({ number, blockNum, blockType, subtype, task, start, end }) => ({
    number,
    blockNum,
    blockType,
    subtype,
    task,
    rowCount: end - start,
  }));
}
