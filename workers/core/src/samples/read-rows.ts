import { decompress } from "fzstd";
import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

/** One read of a layer's file; our writers' row groups are smaller. Keeps a hostile file from filling the Worker's memory. */
const maxReadBytes = 40 * 1024 ** 2;
/** Read from the end of a file at first; holds the footer of all but very long ones. */
const footerBytes = 64 * 1024;

export interface LayerFile {
  key: string;
  sizeBytes: number;
}
export interface RowRange {
  from: number;
  to: number;
  columns?: string[];
}

// hyparquet-compressors brings WebAssembly, which Workers can't compile; Zstandard in plain JavaScript is all our writers need.
const compressors: Compressors = { ZSTD: (input) => decompress(input) };

/** Rows of a Parquet layer by range reads: its footer, then the column chunks that hold them. */
export async function readRows<T extends z.ZodType>(
  ctx: Context,
  file: LayerFile,
  { schema, from, to, columns }: RowRange & { schema: T },
): Promise<z.output<T>[]> {
  const buffer = toBuffer(ctx, file);
  const metadata = await parquetMetadataAsync(buffer, { initialFetchSize: footerBytes });
  const rows = await parquetReadObjects({
    file: buffer,
    metadata,
    rowStart: from,
    rowEnd: Math.min(to, Number(metadata.num_rows)),
    compressors,
    useOffsetIndex: true,
    ...(columns ? { columns } : {}),
  });
  return rows.map((row) => schema.parse(toCamelCase(row)));
}

/** How many rows a file has, by its footer. */
export async function countRows(ctx: Context, file: LayerFile): Promise<number> {
  const metadata = await parquetMetadataAsync(toBuffer(ctx, file), { initialFetchSize: footerBytes });
  return Number(metadata.num_rows);
}

/** The names of a file's columns, by its footer. */
export async function readColumnNames(ctx: Context, file: LayerFile): Promise<string[]> {
  const { schema } = await parquetMetadataAsync(toBuffer(ctx, file), { initialFetchSize: footerBytes });
  return schema.slice(1).map(({ name }) => name);
}

/** Some columns of all rows of a small file, fetched whole: many row groups would be as many requests. */
export async function readAllRows<T extends z.ZodType>(
  ctx: Context,
  file: LayerFile,
  { schema, columns }: { schema: T; columns: string[] },
): Promise<z.output<T>[]> {
  if (file.sizeBytes > maxReadBytes)
    throw new AppError("payload_too_large", `${file.key} is larger than ${maxReadBytes} bytes`);
  const bytes = await ctx.storage.getRange(file.key, { start: 0, end: file.sizeBytes });
  const rows = await parquetReadObjects({ file: bytes, compressors, columns });
  return rows.map((row) => schema.parse(toCamelCase(row)));
}

function toBuffer(ctx: Context, { key, sizeBytes }: LayerFile): AsyncBuffer {
  return {
    byteLength: sizeBytes,
    slice(start, end = sizeBytes) {
      if (end - start > maxReadBytes)
        throw new AppError(
          "payload_too_large",
          `a row group of ${key} is larger than ${maxReadBytes} bytes; write smaller row groups`,
        );
      return ctx.storage.getRange(key, { start, end });
    },
  };
}

/** Parquet's snake_case columns, 64-bit integers and missing values as our rows have them. */
function toCamelCase(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [toName(column), toPlain(value)]));
}

const toName = (column: string) => column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const toPlain = (value: unknown) => (typeof value === "bigint" ? Number(value) : (value ?? null));
