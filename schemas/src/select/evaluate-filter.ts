import type { Column, ColumnOf } from "./columns.ts";
import type { Comparison, Filter, Leaf, Value } from "./parse-filter.ts";
import { markMatches, normalizeText } from "./search-text.ts";

/** 1 for each row that meets a condition. */
export type Mask = Uint8Array;

/** The conditions a filter is made of. */
export function leavesOf(filter: Filter | null): Leaf[] {
  if (!filter) return [];
  if (filter.type === "not") return leavesOf(filter.part);
  return filter.type === "and" || filter.type === "or" ? filter.parts.flatMap(leavesOf) : [filter];
}

/** Puts the masks of the conditions together. */
export function combine(filter: Filter | null, rowCount: number, maskOf: (leaf: Leaf) => Mask): Mask {
  if (!filter) return new Uint8Array(rowCount).fill(1);
  if (filter.type === "not") {
    const part = combine(filter.part, rowCount, maskOf);
    return part.map((is) => 1 - is);
  }
  if (filter.type !== "and" && filter.type !== "or") return maskOf(filter);
  const masks = filter.parts.map((part) => combine(part, rowCount, maskOf));
  return filter.type === "and" ? intersect(masks, rowCount) : unite(masks, rowCount);
}

export function intersect(masks: readonly Mask[], rowCount: number): Mask {
  const all = new Uint8Array(rowCount).fill(1);
  for (const mask of masks) for (let row = 0; row < rowCount; row += 1) all[row] = (all[row] ?? 0) & (mask[row] ?? 0);
  return all;
}

function unite(masks: readonly Mask[], rowCount: number): Mask {
  const any = new Uint8Array(rowCount);
  for (const mask of masks) for (let row = 0; row < rowCount; row += 1) any[row] = (any[row] ?? 0) | (mask[row] ?? 0);
  return any;
}

export function countRows(mask: Mask): number {
  let count = 0;
  for (let row = 0; row < mask.length; row += 1) count += mask[row] ?? 0;
  return count;
}

/** The rows of a column that meet one condition. */
export function maskOfLeaf(leaf: Leaf, column: Column): Mask {
  switch (leaf.type) {
    case "has":
      return maskOfPresent(column);
    case "in":
      return column.kind === "number"
        ? maskOfNumbers(column, isAmong(leaf.values))
        : maskOfTexts(column, leaf.values, true);
    case "compare":
      return maskOfComparison(leaf, column);
  }
}

function maskOfComparison({ op, value }: Extract<Leaf, { type: "compare" }>, column: Column): Mask {
  if (column.kind === "number") return maskOfNumbers(column, toTest(op, Number(value), column));
  const isOpposite = op === "!=" || op === "!~";
  const mask = maskOfTexts(column, [value], op === "=" || op === "!=");
  if (!isOpposite) return mask;
  const present = maskOfPresent(column);
  return mask.map((is, row) => (1 - is) & (present[row] ?? 0));
}

function maskOfNumbers({ values }: ColumnOf<"number">, test: (value: number) => boolean): Mask {
  const mask = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row += 1) mask[row] = test(values[row] ?? Number.NaN) ? 1 : 0;
  return mask;
}

/** Every comparison with NaN is false; `!=` has to be told so. */
function toTest(op: Comparison, exact: number, { values }: ColumnOf<"number">): (value: number) => boolean {
  const value = values instanceof Float32Array ? Math.fround(exact) : exact;
  switch (op) {
    case "=":
      return (one) => one === value;
    case "!=":
      return (one) => one !== value && !Number.isNaN(one);
    case "<":
      return (one) => one < value;
    case "<=":
      return (one) => one <= value;
    case ">":
      return (one) => one > value;
    case ">=":
      return (one) => one >= value;
    case "~":
    case "!~":
      return () => false;
  }
}

function isAmong(values: readonly Value[]): (value: number) => boolean {
  const wanted = new Set(values.flatMap((value) => [Number(value), Math.fround(Number(value))]));
  return (value) => wanted.has(value);
}

function maskOfTexts(column: ColumnOf<"category" | "text">, values: readonly Value[], isWhole: boolean): Mask {
  if (column.kind === "category") return maskOfCategories(column, toCategoryTest(values.map(String), isWhole));
  const mask = new Uint8Array(column.ends.length);
  for (const value of values) markMatches(column, { needle: String(value), isWhole }, (row) => void (mask[row] = 1));
  return mask;
}

function toCategoryTest(values: readonly string[], isWhole: boolean): (value: string) => boolean {
  if (isWhole) return (value) => values.includes(value);
  const parts = values.map(normalizeText);
  return (value) => parts.some((part) => normalizeText(value).includes(part));
}

function maskOfCategories({ codes, dictionary }: ColumnOf<"category">, test: (value: string) => boolean): Mask {
  const isWanted = Uint8Array.from([0, ...dictionary.map((value) => (test(value) ? 1 : 0))]);
  const mask = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) mask[row] = isWanted[codes[row] ?? 0] ?? 0;
  return mask;
}

function maskOfPresent(column: Column): Mask {
  if (column.kind === "number") return maskOfNumbers(column, (value) => !Number.isNaN(value));
  if (column.kind === "category") return maskOfCategories(column, () => true);
  return Uint8Array.from(column.ends, (end, row) => (end - (column.ends[row - 1] ?? 0) > 1 ? 1 : 0));
}
