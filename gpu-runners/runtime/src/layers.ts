import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { zstdCompressSync } from "node:zlib";
import { z } from "zod";

const maxGroupRows = 1000;
const maxGroupBytes = 32 * 1024 ** 2;

type Kind = "STRING" | "INT64" | "DOUBLE" | "BOOLEAN" | "LIST" | "FLOATS";
interface Column {
  key: string;
  name: string;
  kind: Kind;
  isNullable: boolean;
}
interface JsonType {
  type?: string | string[];
  anyOf?: JsonType[];
  items?: JsonType;
}

/** Writes a Parquet layer row by row; at most one row group (32 MB, 1000 rows) is held in memory. */
export function createLayerWriter<T extends z.ZodObject>(path: string, rowSchema: T) {
  const columns = toColumns(rowSchema);
  const parquet = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: "schema", num_children: columns.length }, ...columns.flatMap(toElements)],
    codec: "ZSTD",
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: "whetstone",
  });
  let rows: z.output<T>[] = [];
  let groupBytes = 0;
  let rowCount = 0;

  function writeGroup(): void {
    if (rows.length === 0) return;
    const columnData = columns.map((column) => ({
      name: column.name,
      data: rows.map((row) => encode(column, row[column.key])),
    }));
    void parquet.write({ columnData, rowGroupSize: rows.length });
    rows = [];
    groupBytes = 0;
  }

  return {
    append(row: z.output<T>): void {
      rows.push(row);
      rowCount += 1;
      groupBytes += weigh(row);
      if (rows.length >= maxGroupRows || groupBytes >= maxGroupBytes) writeGroup();
    },
    /** Writes the footer; the file is whole only after this. */
    close(): { rowCount: number } {
      writeGroup();
      void parquet.finish();
      return { rowCount };
    },
  };
}

/** Rows of a layer in order, one row group in memory at a time, each checked against its schema. */
export async function* readLayer<T extends z.ZodObject>(path: string, rowSchema: T): AsyncGenerator<z.output<T>> {
  const columns = toColumns(rowSchema);
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const present = new Set(metadata.schema.map(({ name }) => name));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    // A column younger than the file is null; its schema says whether it may be.
    const names = columns.map((column) => column.name).filter((name) => present.has(name));
    const rows = await parquetReadObjects({ file, metadata, compressors, columns: names, rowStart, rowEnd });
    for (const row of rows)
      yield rowSchema.parse(Object.fromEntries(columns.map((column) => [column.key, decode(row[column.name])])));
    rowStart = rowEnd;
  }
}

/** All rows of a layer at once; for layers known to be small. */
export async function readLayerRows<T extends z.ZodObject>(path: string, rowSchema: T): Promise<z.output<T>[]> {
  const rows: z.output<T>[] = [];
  for await (const row of readLayer(path, rowSchema)) rows.push(row);
  return rows;
}

/** Parquet columns of a row schema: keys in snake_case, integers as INT64, numbers as DOUBLE. */
function toColumns(rowSchema: z.ZodObject): Column[] {
  const { properties = {} } = z.toJSONSchema(rowSchema, { io: "output" }) as { properties?: Record<string, JsonType> };
  return Object.entries(properties).map(([key, json]) => {
    const options = json.anyOf ?? (Array.isArray(json.type) ? json.type.map((type) => ({ ...json, type })) : [json]);
    const isNullable = options.some((option) => option.type === "null");
    const plain = options.find((option) => option.type !== "null") ?? json;
    return {
      key,
      name: key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      kind: toKind(key, plain),
      isNullable,
    };
  });
}

function toKind(key: string, json: JsonType): Kind {
  if (json.type === "string") return "STRING";
  if (json.type === "integer") return "INT64";
  if (json.type === "number") return "DOUBLE";
  if (json.type === "boolean") return "BOOLEAN";
  if (json.type === "array" && json.items?.type === "string") return "LIST";
  if (json.type === "array" && json.items?.type === "number") return "FLOATS";
  throw new TypeError(`layer column ${key} has no Parquet form`);
}

function toElements({ name, kind, isNullable }: Column): SchemaElement[] {
  const repetition_type = isNullable ? "OPTIONAL" : "REQUIRED";
  if (kind === "STRING") return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
  if (kind !== "LIST" && kind !== "FLOATS") return [{ name, type: kind, repetition_type }];
  const element: SchemaElement =
    kind === "LIST"
      ? { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" }
      : { name: "element", type: "FLOAT", repetition_type: "REQUIRED" };
  return [
    { name, converted_type: "LIST", repetition_type, num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    element,
  ];
}

function encode({ kind }: Column, value: unknown): unknown {
  return kind === "INT64" && typeof value === "number" ? BigInt(value) : value;
}

function decode(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value === undefined ? null : value;
}

function weigh(row: Record<string, unknown>): number {
  let bytes = 0;
  for (const value of Object.values(row)) {
    if (typeof value === "string") bytes += value.length;
    else if (Array.isArray(value)) for (const item of value) bytes += typeof item === "string" ? item.length + 4 : 8;
    else bytes += 8;
  }
  return bytes;
}
