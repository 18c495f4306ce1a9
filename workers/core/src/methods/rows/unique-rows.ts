import { rankBy } from "./best-of.ts";
import type { Row } from "./rows.ts";

/** One row a content: its best rewarded, in the order of first appearance. */
export function uniqueRows<T extends Pick<Row, "key" | "reward">>(rows: readonly T[]): T[] {
  const best = new Map<string, T>();
  for (const row of rows) {
    const other = best.get(row.key);
    if (!other || rankBy([other, row], ({ reward }) => reward)[0] === row) best.set(row.key, row);
  }
  return [...best.values()];
}
