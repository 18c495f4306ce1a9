import type { Column } from "./columns.ts";
import type { Mask } from "./evaluate-filter.ts";

/** Where a row stands in an order; rows without a value stand last, and equals by their place. */
export interface Ranked {
  row: number;
  key: number | string | null;
}
export interface Order {
  column: Exclude<Column, { kind: "text" }>;
  isDescending: boolean;
}

/** -1 when `a` comes before `b`. */
export function compareRanked(a: Ranked, b: Ranked, isDescending: boolean): number {
  if (a.key !== b.key) {
    if (a.key === null) return 1;
    if (b.key === null) return -1;
    return a.key < b.key !== isDescending ? -1 : 1;
  }
  return a.row - b.row;
}

/** The first `count` rows of the mask in this order that come after `after`. One pass; only the best are kept. */
export function topRows(
  { column, isDescending }: Order,
  { mask, count, after, offset = 0 }: { mask: Mask; count: number; after?: Ranked | undefined; offset?: number },
): Ranked[] {
  const keyOf = toKey(column);
  const best: Ranked[] = [];
  for (let row = 0; row < mask.length; row += 1) {
    if (mask[row] !== 1) continue;
    const key = keyOf(row);
    const worst = best.length === count ? best[count - 1] : undefined;
    if (worst && !isBefore(key, worst.key, isDescending)) continue;
    const one = { row: row + offset, key };
    if (after && compareRanked(one, after, isDescending) <= 0) continue;
    insert(best, one, isDescending);
    if (best.length > count) best.pop();
  }
  return best;
}

/** Equal keys do not count: a later row of the same key comes after. */
function isBefore(key: Ranked["key"], other: Ranked["key"], isDescending: boolean): boolean {
  if (key === other || key === null) return false;
  return other === null || key < other !== isDescending;
}

function insert(best: Ranked[], one: Ranked, isDescending: boolean): void {
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = best[middle];
    if (other && compareRanked(other, one, isDescending) < 0) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, one);
}

export function toKey(column: Order["column"]): (row: number) => Ranked["key"] {
  if (column.kind === "category") return (row) => column.dictionary[(column.codes[row] ?? 0) - 1] ?? null;
  return (row) => {
    const value = column.values[row] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
}
