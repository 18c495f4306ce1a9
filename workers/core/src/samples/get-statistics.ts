import type { ColumnStatistics, Statistics, StatisticsQuery } from "@whetstone/schemas/api";
import { type ColumnSource, type ColumnSummary, countRows, type Mask, summarise } from "@whetstone/schemas/select";
import type { Context } from "../context.ts";
import { maskOf, readFilter } from "../rows/filter-rows.ts";
import { openRows, type VersionRows } from "../rows/open-rows.ts";
import { getManifest } from "../versions/get-manifest.ts";

const maxValues = 100;

/** What the columns of a version hold, as a whole and among the rows a filter keeps. */
export async function getStatistics(ctx: Context, versionId: string, query: StatisticsQuery): Promise<Statistics> {
  const rows = await openRows(ctx, await getManifest(ctx, versionId));
  const filter = readFilter(query.filter ?? "", rows.columns);
  const wanted = query.columns === undefined ? null : new Set(query.columns.split(","));
  const masks: (Mask | null)[] = [];
  for (const { segment } of rows.segments) masks.push(filter ? await maskOf(segment, filter) : null);
  const columns: ColumnStatistics[] = [];
  for (const column of rows.columns)
    if (wanted === null || wanted.has(column.name)) columns.push(await describe(rows, column, masks));
  const matchedCount = masks.reduce(
    (sum, mask, i) => sum + (mask ? countRows(mask) : (rows.segments[i]?.segment.rowCount ?? 0)),
    0,
  );
  return { object: "statistics", rowCount: rows.rowCount, matchedCount, columns };
}

async function describe(
  rows: VersionRows,
  { name, kind, layer }: ColumnSource,
  masks: readonly (Mask | null)[],
): Promise<ColumnStatistics> {
  const empty = { min: null, max: null, mean: null, distinct: null, histogram: null, matchedHistogram: null };
  const head = { name, kind, layer, present: 0, nanCount: 0, ...empty, values: null };
  if (kind === "text") return head;
  const whole: ColumnSummary[] = [];
  const matched: ColumnSummary[] = [];
  let nanCount = 0;
  for (const [i, { segment }] of rows.segments.entries()) {
    const { summary, nanCount: missing } = await segment.summary(name, edgesOf(whole[0]));
    nanCount += missing;
    whole.push(summary);
    const mask = masks[i] ?? null;
    matched.push(mask ? summarise(await segment.column(name), mask, edgesOf(whole[0])) : summary);
  }
  return { ...head, nanCount, ...merge(whole, matched) };
}

const edgesOf = (summary: ColumnSummary | undefined) => (summary?.kind === "number" ? summary.edges : undefined);

/** Segments' summaries as one; a value beyond the first segment's edges counts in the outermost bin. */
function merge(
  whole: readonly ColumnSummary[],
  matched: readonly ColumnSummary[],
): Partial<ColumnStatistics> & { present: number } {
  const present = whole.reduce((sum, one) => sum + one.present, 0);
  const numbers = whole.filter((one) => one.kind === "number");
  const [first] = numbers;
  if (first) {
    const mins = numbers.flatMap(({ min }) => (min === null ? [] : [min]));
    const maxs = numbers.flatMap(({ max }) => (max === null ? [] : [max]));
    const sum = numbers.reduce((total, one) => total + one.sum, 0);
    return {
      present,
      min: mins.length > 0 ? Math.min(...mins) : null,
      max: maxs.length > 0 ? Math.max(...maxs) : null,
      mean: present > 0 ? sum / present : null,
      histogram: { edges: first.edges, counts: addUp(numbers) },
      matchedHistogram: addUp(matched.filter((one) => one.kind === "number")),
    };
  }
  const totals = countValues(whole);
  const kept = countValues(matched);
  const values = [...totals]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, maxValues)
    .map(([value, count]) => ({ value, count, matched: kept.get(value) ?? 0 }));
  return { present, distinct: totals.size, values };
}

function addUp(summaries: readonly Extract<ColumnSummary, { kind: "number" }>[]): number[] {
  const bins = summaries[0]?.counts.length ?? 0;
  return Array.from({ length: bins }, (_, bin) => summaries.reduce((sum, { counts }) => sum + (counts[bin] ?? 0), 0));
}

function countValues(summaries: readonly ColumnSummary[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const summary of summaries)
    if (summary.kind === "category")
      for (const { value, count } of summary.values) counts.set(value, (counts.get(value) ?? 0) + count);
  return counts;
}
