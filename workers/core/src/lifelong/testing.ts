import { createLogBuilder, type LogRow, type LogTable } from "./log/log-table.ts";
import { createLogParser, type Origin } from "./log/parse-log.ts";
import { settleLog } from "./log/settle-log.ts";
import { formatFault } from "./error.ts";

/** A block of one task whose values are given. */
export interface MadeBlock {
  type: "train" | "test";
  task: string;
  values: number[];
  taskParams?: string;
}

/** A settled log of blocks one after the other; blocks that follow each other with the same `type` share a block number. */
export function makeTable(blocks: readonly MadeBlock[]): LogTable {
  const builder = createLogBuilder();
  let expNum = 0;
  let blockNum = -1;
  for (const [i, { type, task, values, taskParams = null }] of blocks.entries()) {
    if (blocks[i - 1]?.type !== type) blockNum++;
    for (const value of values) {
      const row: LogRow = { blockNum, expNum: expNum++, blockType: type, task, taskParams, value };
      builder.add(row);
    }
  }
  return settleLog(builder.table).table;
}

export const header =
  "block_num\texp_num\tworker_id\tblock_type\tblock_subtype\ttask_name\ttask_params\texp_status\ttimestamp\treward";

/** Parses files of TSV given whole, in pieces of `pieceBytes`; the second one's lines are named `1.tsv` and so on. */
export function parseFiles(texts: readonly string[], { measure = "reward", pieceBytes = 7 } = {}) {
  const builder = createLogBuilder();
  const origins: Origin[] = [];
  const faults: string[] = [];
  for (const [i, text] of texts.entries()) {
    const onFault = (fault: Parameters<typeof formatFault>[0]): void => void faults.push(formatFault(fault));
    const parser = createLogParser({ file: `${i}.tsv`, measure, builder, origins, onFault });
    const bytes = new TextEncoder().encode(text);
    // One buffer for all pieces, as files are read.
    const piece = new Uint8Array(pieceBytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      piece.set(bytes.subarray(at, at + pieceBytes));
      parser.push(piece.subarray(0, Math.min(pieceBytes, bytes.length - at)));
    }
    parser.finish();
  }
  const settled = settleLog(builder.table, origins);
  return { ...settled, faults: [...faults, ...settled.faults.map(formatFault)] };
}
