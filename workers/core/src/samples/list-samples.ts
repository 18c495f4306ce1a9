import type { PageOf, Sample, SamplesQuery } from "@whetstone/schemas/api";
import { compareRanked, type Filter, type Ranked, toKey, topRows } from "@whetstone/schemas/select";
import type { StoredRow } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { maskOf, readFilter, sortable } from "../rows/filter-rows.ts";
import { findRows, openRows, type VersionRows } from "../rows/open-rows.ts";
import { toSamples } from "../rows/to-samples.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { fromCursor, slicePage, toCursorPage } from "./positions.ts";
import { readSamples } from "./read-samples.ts";

/** Samples of a version that a filter keeps, in the order of the version or of a column. Image bytes stay in S3. */
export async function listSamples(ctx: Context, versionId: string, query: SamplesQuery): Promise<PageOf<Sample>> {
  const manifest = await getManifest(ctx, versionId);
  const isPlain = (query.filter ?? "").trim() === "" && query.sort === undefined;
  const rows = isPlain ? await findRows(ctx, manifest) : await openRows(ctx, manifest);
  if (!rows) {
    // A large version without an index can still be read through.
    const { slices, hasMore } = slicePage(
      manifest.shards.map(({ sampleCount }) => sampleCount),
      query,
    );
    const pages: Sample[][] = [];
    for (const slice of slices) pages.push(await readSamples(ctx, manifest, slice));
    return toCursorPage(query.order === "asc" ? pages.flat() : pages.flatMap((page) => page.toReversed()), hasMore);
  }
  const filter = readFilter(query.filter ?? "", rows.columns);
  const after = query.after === undefined ? undefined : fromCursor(query.after, rows.rowCount);
  const places =
    query.sort === undefined
      ? await nextRows(rows, { filter, after, query })
      : await bestRows(rows, { filter, after, query, sort: sortable(rows, query.sort) });
  const data = await samplesAt(ctx, rows, places.slice(0, query.limit));
  return toCursorPage(data, places.length > query.limit);
}

interface Asked {
  filter: Filter | null;
  after: number | undefined;
  query: SamplesQuery;
}

/** Places in the order of the version, one more than the page holds. Later segments are looked at only if needed. */
async function nextRows(rows: VersionRows, { filter, after, query }: Asked): Promise<number[]> {
  const isForward = query.order === "asc";
  const places: number[] = [];
  for (const { first, segment } of isForward ? rows.segments : rows.segments.toReversed()) {
    const from = after === undefined ? undefined : after - first;
    if (from !== undefined && (isForward ? from >= segment.rowCount - 1 : from <= 0)) continue;
    const mask = filter ? await maskOf(segment, filter) : null;
    const step = isForward ? 1 : -1;
    const start = startOf({ from, rowCount: segment.rowCount, isForward });
    for (let row = start; row >= 0 && row < segment.rowCount; row += step) {
      if (mask && mask[row] !== 1) continue;
      places.push(first + row);
      if (places.length > query.limit) return places;
    }
  }
  return places;
}

function startOf({ from, rowCount, isForward }: { from: number | undefined; rowCount: number; isForward: boolean }) {
  if (isForward) return from === undefined || from < 0 ? 0 : from + 1;
  return from === undefined || from > rowCount ? rowCount - 1 : from - 1;
}

/** Places in the order of a column, one more than the page holds: the best of each segment, merged. */
async function bestRows(
  rows: VersionRows,
  { filter, after, query, sort }: Asked & { sort: string },
): Promise<number[]> {
  const isDescending = query.order === "desc";
  const cursor = after === undefined ? undefined : await rankOf(rows, sort, after);
  const best: Ranked[] = [];
  for (const { first, segment } of rows.segments) {
    const mask = await maskOf(segment, filter);
    const order = { column: await segment.column(sort), isDescending };
    best.push(...topRows(order, { mask, count: query.limit + 1, after: cursor, offset: first }));
  }
  return best
    .toSorted((a, b) => compareRanked(a, b, isDescending))
    .slice(0, query.limit + 1)
    .map(({ row }) => row);
}

async function rankOf(rows: VersionRows, sort: string, place: number): Promise<Ranked> {
  const { first, segment } = segmentAt(rows, place);
  return { row: place, key: toKey(await segment.column(sort))(place - first) };
}

function segmentAt(rows: VersionRows, place: number) {
  const found = rows.segments.find(({ first, segment }) => place < first + segment.rowCount);
  if (!found) throw new RangeError(`place ${place} is beyond the version`);
  return found;
}

/** The samples at these places, in their order. */
export async function samplesAt(ctx: Context, rows: VersionRows, places: readonly number[]): Promise<Sample[]> {
  const read = new Map<number, StoredRow>();
  for (const { first, segment } of rows.segments) {
    const mine = places.filter((place) => place >= first && place < first + segment.rowCount);
    if (mine.length === 0) continue;
    const stored = await segment.rows(mine.map((place) => place - first));
    for (const [i, row] of stored.entries()) read.set(mine[i] ?? -1, row);
  }
  return toSamples(
    ctx,
    rows.manifest,
    places.flatMap((place) => {
      const row = read.get(place);
      return row ? [{ place, row }] : [];
    }),
  );
}
