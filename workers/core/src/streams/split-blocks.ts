import type { BlockType } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";
import { cellAt, type ExperienceColumns, pickRows } from "./experience-columns.ts";
import { createRowProblems } from "./row-problems.ts";

const maxBlocks = 100;

/** Rows of a batch that belong to one block. */
export interface BlockPart {
  blockNum: number;
  blockType: BlockType;
  firstExpNum: number;
  lastExpNum: number;
  taskNames: string[];
  experiences: ExperienceColumns;
}

/** A batch by its blocks, in order. Refuses what goes back within a worker, and a block of two types. */
export function splitBlocks(batch: ExperienceColumns): BlockPart[] {
  const rowsOf = checkOrder(batch);
  if (rowsOf.size > maxBlocks)
    throw new AppError(
      "invalid_input",
      `the batch has rows of ${rowsOf.size} blocks; send at most ${maxBlocks} blocks at once`,
    );
  return [...rowsOf]
    .toSorted(([a], [b]) => a - b)
    .map(([blockNum, rows]) => {
      const { block_num: _, block_type: __, ...columns } = batch.columns;
      const whole = { rowCount: batch.rowCount, columns };
      const experiences = rowsOf.size === 1 ? whole : pickRows(whole, rows);
      return { blockNum, blockType: typeAt(batch, rows[0] ?? 0), ...summarise(experiences), experiences };
    });
}

const typeAt = (batch: ExperienceColumns, row: number): BlockType =>
  cellAt(batch.columns["block_type"], row) === "train" ? "train" : "test";

function checkOrder({ rowCount, columns }: ExperienceColumns): Map<number, number[]> {
  const problems = createRowProblems();
  const rowsOf = new Map<number, number[]>();
  const lastOf = new Map<unknown, { block: number; exp: number }>();
  for (let row = 0; row < rowCount; row += 1) {
    const [block, exp] = [Number(cellAt(columns["block_num"], row)), Number(cellAt(columns["exp_num"], row))];
    const worker = cellAt(columns["worker_id"], row);
    const last = lastOf.get(worker);
    for (const [column, value, before] of [
      ["block_num", block, last?.block],
      ["exp_num", exp, last?.exp],
    ] as const) {
      if (before !== undefined && value < before)
        problems.add({
          row,
          column,
          rule: `${column}_decreasing`,
          detail: `must not go back: ${value} after ${before}`,
        });
    }
    if (last) [last.block, last.exp] = [block, exp];
    else lastOf.set(worker, { block, exp });

    const rows = rowsOf.get(block);
    if (rows) rows.push(row);
    else rowsOf.set(block, [row]);
    const type = cellAt(columns["block_type"], row);
    const typeBefore = cellAt(columns["block_type"], rows?.[0] ?? row);
    if (type !== typeBefore) {
      const detail = `block ${block} is a ${String(typeBefore)} block; another type needs a new block_num`;
      problems.add({ row, column: "block_type", rule: "block_type_changed", detail });
    }
  }
  problems.check();
  return rowsOf;
}

function summarise({ rowCount, columns }: ExperienceColumns) {
  let [firstExpNum, lastExpNum] = [Infinity, 0];
  const taskNames = new Set<string>();
  for (let row = 0; row < rowCount; row += 1) {
    const exp = Number(cellAt(columns["exp_num"], row));
    firstExpNum = Math.min(firstExpNum, exp);
    lastExpNum = Math.max(lastExpNum, exp);
    taskNames.add(String(cellAt(columns["task_name"], row)));
  }
  return { firstExpNum, lastExpNum, taskNames: [...taskNames] };
}
