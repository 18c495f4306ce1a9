import type { Manifest } from "@whetstone/schemas/api";
import { BaseRow, RefinedRow, ScoreRow, type StoredRow, ThumbnailRow } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { readRows } from "../samples/read-rows.ts";

const JustUid = z.object({ uid: z.string() });
type LayerRef = NonNullable<Manifest["layers"][string]>[number];

/** Rows `from` to `to` of a shard with what each of the version's layers says of them, straight from the layers. */
export async function readShardRows(
  ctx: Context,
  manifest: Manifest,
  { file, from, to }: { file: number; from: number; to: number },
): Promise<StoredRow[]> {
  const shard = manifest.shards[file];
  const base = shard && layerOf(manifest, "base", shard.index);
  if (!shard || !base)
    throw new AppError("not_found", `the manifest of ${manifest.versionId} names no base layer for shard ${file}`);
  const rows = await readRows(ctx, base, { schema: BaseRow, from, to });
  const uids = new Set(rows.map(({ uid }) => uid));
  const refined = await matching(ctx, layerOf(manifest, "refined", shard.index), { schema: RefinedRow, uids });
  const scores = await matching(ctx, layerOf(manifest, "scores", shard.index), { schema: ScoreRow, uids });
  const thumbnails = await matching(ctx, layerOf(manifest, "thumbnails", shard.index), { schema: ThumbnailRow, uids });
  return rows.map((row) => ({
    shard: shard.index,
    base: row,
    refined: refined.get(row.uid) ?? null,
    score: scores.get(row.uid) ?? null,
    thumbnail: thumbnails.get(row.uid) ?? null,
    facts: {},
  }));
}

export function layerOf(manifest: Manifest, layer: string, shard: number): LayerRef | undefined {
  return manifest.layers[layer]?.find((file) => file.shard === shard);
}

/**
 * A layer keeps the shard's order but may lack rows. So its uid column says where the wanted ones begin and end, and only those are read.
 */
async function matching<T extends { uid: string }>(
  ctx: Context,
  layer: LayerRef | undefined,
  { schema, uids }: { schema: z.ZodType<T>; uids: Set<string> },
): Promise<Map<string, T>> {
  if (!layer) return new Map();
  const all = await readRows(ctx, layer, { schema: JustUid, from: 0, to: layer.rowCount, columns: ["uid"] });
  const from = all.findIndex(({ uid }) => uids.has(uid));
  if (from === -1) return new Map();
  const to = all.findLastIndex(({ uid }) => uids.has(uid)) + 1;
  const rows = await readRows(ctx, layer, { schema, from, to });
  return new Map(rows.map((row) => [row.uid, row]));
}
