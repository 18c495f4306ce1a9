import type { ColumnKind } from "./check-filter.ts";
import { normalizeText } from "./search-text.ts";

/** One column of many rows. Missing is NaN, code 0 or an empty text; code n stands for `dictionary[n - 1]`. */
export type Column =
  | { kind: "number"; values: Float32Array | Float64Array }
  | { kind: "category"; codes: Uint8Array | Uint16Array | Uint32Array; dictionary: string[] }
  | { kind: "text"; bytes: Uint8Array; ends: Uint32Array };
export type ColumnOf<K extends ColumnKind> = Extract<Column, { kind: K }>;
/** What is known of one row of a column. */
export type Fact = number | string | boolean | null;

const firstRows = 1024;

/** Takes a column's facts row by row and lays them out as arrays. */
export function createColumn(kind: ColumnKind) {
  if (kind === "number") return createNumbers();
  return kind === "category" ? createCategories() : createTexts();
}
export type ColumnBuilder = { append(fact: Fact): void; finish(): Column; nanCount(): number };

function createNumbers(): ColumnBuilder {
  let values = new Float64Array(firstRows);
  let count = 0;
  let nans = 0;
  return {
    append(fact) {
      if (count === values.length) values = grow(values, new Float64Array(count * 2));
      if (typeof fact === "number" && !Number.isFinite(fact)) nans += 1;
      values[count] = typeof fact === "number" && Number.isFinite(fact) ? fact : Number.NaN;
      count += 1;
    },
    finish: () => ({ kind: "number", values: narrow(values.slice(0, count)) }),
    nanCount: () => nans,
  };
}

function createCategories(): ColumnBuilder {
  let codes = new Uint32Array(firstRows);
  let count = 0;
  const codeOf = new Map<string, number>();
  return {
    append(fact) {
      if (count === codes.length) codes = grow(codes, new Uint32Array(count * 2));
      if (fact !== null) {
        const text = String(fact);
        const code = codeOf.get(text) ?? codeOf.size + 1;
        codeOf.set(text, code);
        codes[count] = code;
      }
      count += 1;
    },
    finish: () => ({
      kind: "category",
      codes: narrowCodes(codes.slice(0, count), codeOf.size),
      dictionary: [...codeOf.keys()],
    }),
    nanCount: () => 0,
  };
}

function createTexts(): ColumnBuilder {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(firstRows * 16);
  let ends = new Uint32Array(firstRows);
  let count = 0;
  let length = 0;
  return {
    append(fact) {
      const text = encoder.encode(fact === null ? "\n" : `${normalizeText(String(fact))}\n`);
      while (length + text.length > bytes.length) bytes = grow(bytes, new Uint8Array(bytes.length * 2));
      if (count === ends.length) ends = grow(ends, new Uint32Array(count * 2));
      bytes.set(text, length);
      length += text.length;
      ends[count] = length;
      count += 1;
    },
    finish: () => ({ kind: "text", bytes: bytes.slice(0, length), ends: ends.slice(0, count) }),
    nanCount: () => 0,
  };
}

function grow<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Half the bytes where they lose nothing that matters: whole numbers below 2^24, and fractions, which models give in single precision. */
function narrow(values: Float64Array): Float32Array | Float64Array {
  const isLossy = values.some((value) => Number.isInteger(value) && Math.fround(value) !== value);
  return isLossy ? values : Float32Array.from(values);
}

function narrowCodes(codes: Uint32Array, count: number): Uint8Array | Uint16Array | Uint32Array {
  if (count < 2 ** 8) return Uint8Array.from(codes);
  return count < 2 ** 16 ? Uint16Array.from(codes) : codes;
}

/** What a column says of a row. */
export function factAt(column: Column, row: number): Fact {
  if (column.kind === "number") {
    const value = column.values[row] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }
  if (column.kind === "category") return column.dictionary[(column.codes[row] ?? 0) - 1] ?? null;
  return new TextDecoder().decode(
    column.bytes.subarray(row === 0 ? 0 : column.ends[row - 1], (column.ends[row] ?? 1) - 1),
  );
}
