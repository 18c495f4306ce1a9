import type { PageOf, PageQuery } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";

/** Rows `from` to `to` (exclusive) of one of the files that together are the list. */
export interface Slice {
  file: number;
  from: number;
  to: number;
}

export interface SlicePage {
  /** In the order they are to be shown; rows within a slice run backwards when the order is `desc`. */
  slices: Slice[];
  hasMore: boolean;
}

/** A cursor is the row's place in the list of all rows. Versions never change, so a place stays what it is. */
export const toCursor = (position: number): string => `row_${position.toString(36)}`;

export function fromCursor(cursor: string, total: number): number {
  const digits = /^row_([0-9a-z]{1,11})$/.exec(cursor)?.[1];
  const position = digits === undefined ? -1 : Number.parseInt(digits, 36);
  if (position >= 0 && position < total) return position;
  throw new AppError("invalid_cursor", "after must be a cursor that this list gave out");
}

/** Which rows of which files make a page. */
export function slicePage(rowCounts: readonly number[], { after, limit, order }: PageQuery): SlicePage {
  const total = rowCounts.reduce((sum, count) => sum + count, 0);
  const last = after === undefined ? undefined : fromCursor(after, total);
  const [start, end] =
    order === "asc"
      ? [(last ?? -1) + 1, Math.min(total, (last ?? -1) + 1 + limit)]
      : [Math.max(0, (last ?? total) - limit), last ?? total];

  const slices: Slice[] = [];
  let first = 0;
  for (const [file, count] of rowCounts.entries()) {
    const from = Math.max(start - first, 0);
    const to = Math.min(end - first, count);
    if (from < to) slices.push({ file, from, to });
    first += count;
  }
  return { slices: order === "asc" ? slices : slices.toReversed(), hasMore: order === "asc" ? end < total : start > 0 };
}

/** A page of rows that have no id of their own: their cursors stand in for it. */
export function toCursorPage<T extends { cursor: string }>(data: T[], hasMore: boolean): PageOf<T> {
  return {
    object: "list",
    data,
    first_id: data[0]?.cursor ?? null,
    last_id: data.at(-1)?.cursor ?? null,
    has_more: hasMore,
  };
}
