import type { Column, ColumnOf } from "./columns.ts";
import type { Mask } from "./evaluate-filter.ts";

/** Numbers in bins of equal width, or the commonest values of a column of few. */
export type ColumnSummary =
  | {
      kind: "number";
      min: number | null;
      max: number | null;
      sum: number;
      present: number;
      edges: number[];
      counts: number[];
    }
  | { kind: "category"; present: number; distinct: number; values: { value: string; count: number }[] };

const binCount = 32;
const maxValues = 1000;

/** Bin edges for numbers from `min` to `max`: whole numbers get bins of whole width. */
export function binEdges(min: number, max: number, isWhole: boolean): number[] {
  const width = isWhole ? Math.max(1, Math.ceil((max - min + 1) / binCount)) : (max - min) / binCount || 1;
  const bins = isWhole ? Math.max(1, Math.ceil((max - min + 1) / width)) : binCount;
  return Array.from({ length: bins + 1 }, (_, bin) => min + bin * width);
}

/** What the rows of the mask hold in this column; bins by given edges, so that two summaries can be laid over each other. */
export function summarise(
  column: Exclude<Column, { kind: "text" }>,
  mask: Mask | null,
  edges?: readonly number[],
): ColumnSummary {
  return column.kind === "number" ? summariseNumbers(column, mask, edges) : summariseCategories(column, mask);
}

function summariseNumbers({ values }: ColumnOf<"number">, mask: Mask | null, given?: readonly number[]): ColumnSummary {
  const range = given ? null : rangeOf(values);
  const edges = given ?? (range ? binEdges(range.min, range.max, range.isWhole) : []);
  const [start = 0] = edges;
  const width = (edges[1] ?? 1) - start;
  const counts = Array.from({ length: Math.max(0, edges.length - 1) }, () => 0);
  const last = counts.length - 1;
  let [min, max, sum, present] = [Infinity, -Infinity, 0, 0];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value) || (mask && mask[row] !== 1)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    present += 1;
    const bin = Math.min(last, Math.max(0, Math.floor((value - start) / width)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return {
    kind: "number",
    min: present ? min : null,
    max: present ? max : null,
    sum,
    present,
    edges: [...edges],
    counts,
  };
}

/** Smallest and largest of the numbers, and whether all are whole; null when there are none. */
export function rangeOf(values: Float32Array | Float64Array): { min: number; max: number; isWhole: boolean } | null {
  let [min, max, isWhole] = [Infinity, -Infinity, true];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (isWhole && !Number.isInteger(value)) isWhole = false;
  }
  return min <= max ? { min, max, isWhole } : null;
}

function summariseCategories({ codes, dictionary }: ColumnOf<"category">, mask: Mask | null): ColumnSummary {
  const counts = new Float64Array(dictionary.length + 1);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? 0;
    if (!mask || mask[row] === 1) counts[code] = (counts[code] ?? 0) + 1;
  }
  const values = dictionary
    .map((value, place) => ({ value, count: counts[place + 1] ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  const present = values.reduce((sum, { count }) => sum + count, 0);
  return { kind: "category", present, distinct: values.length, values: values.slice(0, maxValues) };
}
