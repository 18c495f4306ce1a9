import { parquetMetadataAsync, parquetRead } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Context } from "../context.ts";
import { type Cell, cellAt, type ExperienceColumns, toColumn } from "./experience-columns.ts";

const footerBytes = 64 * 1024;

type ColumnType = "DOUBLE" | "INT64" | "BOOLEAN" | "STRING";

/** Experiences as Parquet: one column each, snake_case as l2logger names them, nulls where a value is missing. */
export function toParquet({ rowCount, columns }: ExperienceColumns): Uint8Array {
  const columnData = Object.entries(columns).map(([name, column]) => {
    const cells = Array.from({ length: rowCount }, (_, row) => cellAt(column, row));
    const type = name === "exp_num" ? "INT64" : typeOf(cells);
    return { name, type, data: cells.map((cell) => toValue(cell, type)) };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 50_000 }));
}

function typeOf(cells: readonly Cell[]): ColumnType {
  const kinds = new Set(cells.flatMap((cell) => (cell === null ? [] : [typeof cell])));
  if (kinds.size > 1) return "STRING";
  if (kinds.has("number")) return "DOUBLE";
  return kinds.has("boolean") ? "BOOLEAN" : "STRING";
}

function toValue(cell: Cell, type: ColumnType): Cell | bigint {
  if (cell === null) return null;
  if (type === "INT64") return BigInt(Number(cell));
  return type === "STRING" ? String(cell) : cell;
}

/** A file of a block, whole. Files hold a bounded number of rows, so this does too. */
export async function readParquet(
  ctx: Context,
  { key, sizeBytes }: { key: string; sizeBytes: number },
): Promise<ExperienceColumns> {
  const bytes = await ctx.storage.getRange(key, { start: 0, end: sizeBytes });
  const file = { byteLength: bytes.byteLength, slice: (start: number, end?: number) => bytes.slice(start, end) };
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: footerBytes });
  const cells = new Map<string, Cell[]>();
  await parquetRead({
    file,
    metadata,
    onChunk({ columnName, columnData }) {
      const each = cells.get(columnName) ?? [];
      for (const value of Array.from(columnData as ArrayLike<unknown>)) each.push(toCell(value));
      cells.set(columnName, each);
    },
  });
  const columns = [...cells].map(([name, each]) => [name, toColumn(each)]);
  return { rowCount: Number(metadata.num_rows), columns: Object.fromEntries(columns) };
}

function toCell(value: unknown): Cell {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? value : null;
}
