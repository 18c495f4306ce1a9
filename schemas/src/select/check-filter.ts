import { FilterError } from "./filter-tokens.ts";
import type { Filter, Leaf, Value } from "./parse-filter.ts";

/** `number` compares, `category` is one of few texts, `text` is searched. */
export const columnKinds = ["number", "category", "text"] as const;
export type ColumnKind = (typeof columnKinds)[number];
export interface ColumnName {
  name: string;
  kind: ColumnKind;
}

/** Throws `FilterError` where a filter names a column that isn't there, or compares what can't be compared. */
export function checkFilter(filter: Filter | null, columns: readonly ColumnName[]): void {
  if (!filter) return;
  switch (filter.type) {
    case "and":
    case "or":
      for (const part of filter.parts) checkFilter(part, columns);
      return;
    case "not":
      return checkFilter(filter.part, columns);
    case "has":
      columnOf(filter, columns);
      return;
    case "in":
      for (const value of filter.values) checkValue(filter, columnOf(filter, columns), value);
      return;
    case "compare":
      return checkComparison(filter, columnOf(filter, columns));
  }
}

/** The columns a filter reads, each once. */
export function columnsOf(filter: Filter | null): string[] {
  if (!filter) return [];
  if (filter.type === "not") return columnsOf(filter.part);
  if (filter.type === "and" || filter.type === "or")
    return [...new Set(filter.parts.flatMap((part) => columnsOf(part)))];
  return [filter.column];
}

function checkComparison(filter: Extract<Leaf, { type: "compare" }>, column: ColumnName): void {
  const isSearch = filter.op === "~" || filter.op === "!~";
  const isEquality = filter.op === "=" || filter.op === "!=";
  if (isSearch && column.kind === "number")
    throw new FilterError(`${column.name} is a number; compare it with = < or >`, filter);
  if (isSearch && typeof filter.value !== "string")
    throw new FilterError(`${filter.op} looks for a text; write it in double quotes`, filter);
  if (!isSearch && !isEquality && column.kind !== "number")
    throw new FilterError(`${column.name} is ${aKind(column.kind)}; compare it with = != ~ or in`, filter);
  if (!isSearch) checkValue(filter, column, filter.value);
}

function checkValue(filter: Leaf, column: ColumnName, value: Value): void {
  if (column.kind === "number" && typeof value !== "number")
    throw new FilterError(`${column.name} is a number; ${JSON.stringify(value)} is not`, filter);
  if (column.kind !== "number" && typeof value === "number")
    throw new FilterError(`${column.name} is ${aKind(column.kind)}; write "${value}"`, filter);
}

const aKind = (kind: ColumnKind) => (kind === "text" ? "a text" : "a category");

function columnOf(filter: Leaf, columns: readonly ColumnName[]): ColumnName {
  const column = columns.find(({ name }) => name === filter.column);
  if (column) return column;
  const near = nearest(filter.column, columns);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new FilterError(`this version has no column ${filter.column}${hint}`, {
    from: filter.from,
    to: filter.from + filter.column.length,
  });
}

function nearest(name: string, columns: readonly ColumnName[]): string | undefined {
  const wanted = name.toLowerCase();
  const ranked = columns
    .map((column) => ({ name: column.name, distance: editDistance(wanted, column.name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of a.split("").entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
