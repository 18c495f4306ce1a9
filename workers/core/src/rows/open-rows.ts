import type { Manifest } from "@whetstone/schemas/api";
import type { ColumnSource } from "@whetstone/schemas/select";
import { indexes } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { openIndexSegment } from "./index-segment.ts";
import { createMemorySegment } from "./memory-segment.ts";
import { readShardRows } from "./read-shard-rows.ts";
import { withReviews } from "./review-column.ts";
import type { Segment } from "./segment.ts";

/** Versions up to this size are read whole where no index was made. */
const maxRowsWithoutIndex = 10_000;
const maxShardsWithoutIndex = 64;
const maxIndexBytes = 16 * 1024 ** 2;
const keptVersions = 2;
const maxFiles = 8;

/** What an index run writes last: its segments in the order of the version, each with its files. */
export const IndexFile = z.object({
  format: z.literal("whetstone-index/1"),
  segments: z.array(
    z.object({
      rowCount: z.int(),
      files: z.array(z.object({ name: z.string(), key: z.string(), sizeBytes: z.int() })),
    }),
  ),
});
export type IndexFile = z.infer<typeof IndexFile>;

/** The rows of a version in segments, each with the place of its first row. */
export interface VersionRows {
  manifest: Manifest;
  segments: { first: number; segment: Segment }[];
  columns: readonly ColumnSource[];
  rowCount: number;
}

const small = new Map<string, Segment>();
const files = new Map<string, IndexFile>();

/** Opens a version's rows by its index or, where it is small, by its layers; `index_missing` for a large one without. */
export async function openRows(ctx: Context, manifest: Manifest, asOf?: Date): Promise<VersionRows> {
  const rows = await findRows(ctx, manifest, asOf);
  if (rows) return rows;
  throw new AppError(
    "index_missing",
    `version ${manifest.versionId} has ${manifest.sampleCount} samples and no index to search them by; start a run of kind index on it`,
  );
}

/** `asOf`: reviews made later are not seen. */
export async function findRows(ctx: Context, manifest: Manifest, asOf?: Date): Promise<VersionRows | undefined> {
  const segments = (await openIndex(ctx, manifest)) ?? (await openSmall(ctx, manifest));
  if (!segments) return undefined;
  const places: VersionRows["segments"] = [];
  let first = 0;
  for (const segment of segments) {
    places.push({ first, segment: withReviews(ctx, segment, { versionId: manifest.versionId, first, asOf }) });
    first += segment.rowCount;
  }
  return { manifest, segments: places, rowCount: first, columns: places[0]?.segment.columns ?? [] };
}

async function openIndex(ctx: Context, { versionId }: Manifest): Promise<Segment[] | undefined> {
  const [row] = await ctx.db.select({ key: indexes.key }).from(indexes).where(eq(indexes.versionId, versionId));
  if (!row) return undefined;
  const known = files.get(row.key);
  const index = known ?? IndexFile.parse(JSON.parse(await ctx.storage.getText(row.key, { maxBytes: maxIndexBytes })));
  files.set(row.key, index);
  forgetOldest(files, maxFiles);
  return Promise.all(
    index.segments.map((segment) =>
      openIndexSegment(ctx, new Map(segment.files.map(({ name, key, sizeBytes }) => [name, { key, sizeBytes }]))),
    ),
  );
}

async function openSmall(ctx: Context, manifest: Manifest): Promise<Segment[] | undefined> {
  if (manifest.sampleCount > maxRowsWithoutIndex || manifest.shards.length > maxShardsWithoutIndex) return undefined;
  const known = small.get(manifest.versionId);
  const segment = known ?? (await readAll(ctx, manifest));
  small.set(manifest.versionId, segment);
  forgetOldest(small, keptVersions);
  return [segment];
}

async function readAll(ctx: Context, manifest: Manifest): Promise<Segment> {
  const rows = [];
  for (const [file, { sampleCount }] of manifest.shards.entries())
    rows.push(...(await readShardRows(ctx, manifest, { file, from: 0, to: sampleCount })));
  const layers = Object.keys(manifest.layers).filter((layer) => (manifest.layers[layer] ?? []).length > 0);
  return createMemorySegment(rows, layers);
}
