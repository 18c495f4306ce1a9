import { createLogBuilder, type LogTable, settleLog } from "../lifelong/index.ts";
import { blocks } from "@whetstone/schemas/db";
import { asc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { BlockRow } from "./block-row.ts";
import { cellAt, type ExperienceColumns } from "./experience-columns.ts";
import { readBlock } from "./read-block.ts";
import type { LifetimeRow } from "./stream-row.ts";

type Builder = ReturnType<typeof createLogBuilder>;

/** A lifetime as the metrics read it: every block's rows, one measure. Block by block, so that only the table itself grows. */
export async function readLogTable(ctx: Context, lifetime: LifetimeRow, measure: string): Promise<LogTable> {
  const rows = await ctx.db
    .select()
    .from(blocks)
    .where(eq(blocks.lifetimeId, lifetime.id))
    .orderBy(asc(blocks.blockNum));
  const builder = createLogBuilder();
  for (const block of rows) addBlock(builder, { block, measure, experiences: await readBlock(ctx, block) });
  const { table, faults } = settleLog(builder.table);
  const [fault] = faults;
  if (fault) throw new AppError("conflict", `lifetime ${lifetime.name}: ${fault.column ?? "a row"} ${fault.rule}`);
  return table;
}

interface Addition {
  block: BlockRow;
  measure: string;
  experiences: ExperienceColumns;
}

function addBlock(builder: Builder, { block, measure, experiences }: Addition): void {
  const { rowCount, columns } = experiences;
  for (let row = 0; row < rowCount; row += 1) {
    const value = cellAt(columns[measure], row);
    builder.add({
      blockNum: block.blockNum,
      expNum: Number(cellAt(columns["exp_num"], row)),
      blockType: block.blockType,
      subtype: cellAt(columns["block_subtype"], row) === "sleep" ? "sleep" : "wake",
      task: String(cellAt(columns["task_name"], row)),
      taskParams: String(cellAt(columns["task_params"], row)),
      isComplete: cellAt(columns["exp_status"], row) !== "incomplete",
      timeUs: toMicroseconds(cellAt(columns["timestamp"], row)),
      value: typeof value === "number" ? value : null,
    });
  }
}

/** Of l2logger's `20260131T235959.123456`. */
function toMicroseconds(timestamp: unknown): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{1,6})$/.exec(String(timestamp));
  if (!parts) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + Number((parts[7] ?? "").padEnd(6, "0"));
}
