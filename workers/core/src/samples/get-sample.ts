import type { Sample } from "@whetstone/schemas/api";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { findRows, type VersionRows } from "../rows/open-rows.ts";
import { layerOf } from "../rows/read-shard-rows.ts";
import { samplesAt } from "./list-samples.ts";
import { readRows } from "./read-rows.ts";
import { readSamples } from "./read-samples.ts";

/** Shards searched for a uid; a Worker may make a thousand requests a call, and each shard takes two or three. */
const maxShards = 256;
const atOnce = 4;
const JustUid = z.object({ uid: z.string() });

/** The sample of this uid. Without an index nothing says which shard has it: the uid columns are looked through, shard by shard. */
export async function getSample(ctx: Context, versionId: string, uid: string): Promise<Sample> {
  const manifest = await getManifest(ctx, versionId);
  const opened = await findRows(ctx, manifest);
  if (opened) {
    const place = await placeOf(opened, uid);
    const [sample] = place === -1 ? [] : await samplesAt(ctx, opened, [place]);
    if (sample?.uid !== uid) throw notFound("sample", uid);
    return sample;
  }
  for (let start = 0; start < manifest.shards.length; start += atOnce) {
    if (start >= maxShards)
      throw new AppError(
        "invalid_input",
        `only the first ${maxShards} shards are searched for a uid; page through the samples instead`,
      );
    const found = await Promise.all(
      manifest.shards.slice(start, start + atOnce).map((_, offset) => find(start + offset)),
    );
    const hit = found.find((place) => place.row >= 0);
    const [sample] = hit ? await readSamples(ctx, manifest, { file: hit.file, from: hit.row, to: hit.row + 1 }) : [];
    if (sample) return sample;
  }
  throw notFound("sample", uid);

  async function find(file: number): Promise<{ file: number; row: number }> {
    const base = layerOf(manifest, "base", manifest.shards[file]?.index ?? -1);
    const rows = base
      ? await readRows(ctx, base, { schema: JustUid, from: 0, to: base.rowCount, columns: ["uid"] })
      : [];
    return { file, row: rows.findIndex((row) => row.uid === uid) };
  }
}

/** Where in the version the sample of this uid stands; -1 if it is not there. */
export async function placeOf(rows: VersionRows, uid: string): Promise<number> {
  if (!/^[0-9a-f]{32}$/.test(uid)) return -1;
  for (const { first, segment } of rows.segments) {
    const row = await segment.findUid(uid);
    if (row !== -1) return first + row;
  }
  return -1;
}
