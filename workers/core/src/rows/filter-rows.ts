import {
  checkFilter,
  combine,
  type ColumnName,
  type Filter,
  FilterError,
  type Leaf,
  leavesOf,
  type Mask,
  parseFilter,
} from "@whetstone/schemas/select";
import { AppError } from "../errors.ts";
import type { VersionRows } from "./open-rows.ts";
import type { Segment } from "./segment.ts";

/** A filter's tree, checked against the version's columns; what is wrong is said with its place in the text. */
export function readFilter(text: string, columns: readonly ColumnName[]): Filter | null {
  try {
    const filter = parseFilter(text);
    checkFilter(filter, columns);
    return filter;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const fields = [{ pointer: `filter:${error.from}-${error.to}`, code: "invalid_filter", detail: error.message }];
    throw new AppError("invalid_input", `the filter can't be used: ${error.message}`, { fields, cause: error });
  }
}

/** The rows of a segment that a filter keeps. */
export async function maskOf(segment: Segment, filter: Filter | null): Promise<Mask> {
  return combine(filter, segment.rowCount, await masksOf(segment, filter));
}

/** The masks of a filter's conditions, each read once. */
async function masksOf(segment: Segment, filter: Filter | null): Promise<(leaf: Leaf) => Mask> {
  const masks = new Map<Leaf, Mask>();
  for (const leaf of leavesOf(filter)) masks.set(leaf, await segment.mask(leaf));
  return (leaf) => masks.get(leaf) ?? new Uint8Array(segment.rowCount);
}

/** The name of a column one can sort by. */
export function sortable({ columns, manifest }: VersionRows, name: string): string {
  const column = columns.find((one) => one.name === name);
  if (!column) throw new AppError("invalid_input", `version ${manifest.versionId} has no column ${name} to sort by`);
  if (column.kind === "text")
    throw new AppError("invalid_input", `${name} is a text, which has no order; sort by a number or a category`);
  return name;
}
