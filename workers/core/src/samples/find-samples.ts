import type { Sample } from "@whetstone/schemas/api";
import { z } from "zod";
import type { Context } from "../context.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { readRows } from "./read-rows.ts";
import { layerOf } from "../rows/read-shard-rows.ts";
import { readSamples } from "./read-samples.ts";

/** Shards looked through; each takes two or three requests, and each sample found as many again. */
const maxShards = 64;
const JustUid = z.object({ uid: z.string() });

/** Those of these samples that a version's first shards hold, by uid. */
export async function findSamples(
  ctx: Context,
  versionId: string,
  uids: ReadonlySet<string>,
): Promise<Map<string, Sample>> {
  const manifest = await getManifest(ctx, versionId);
  const found = new Map<string, Sample>();
  for (const [file, shard] of manifest.shards.slice(0, maxShards).entries()) {
    if (found.size === uids.size) break;
    const base = layerOf(manifest, "base", shard.index);
    if (!base) continue;
    const rows = await readRows(ctx, base, { schema: JustUid, from: 0, to: base.rowCount, columns: ["uid"] });
    const places = rows.flatMap(({ uid }, row) => (uids.has(uid) ? [row] : []));
    const samples = await Promise.all(
      places.map((row) => readSamples(ctx, manifest, { file, from: row, to: row + 1 })),
    );
    for (const sample of samples.flat()) found.set(sample.uid, sample);
  }
  return found;
}
