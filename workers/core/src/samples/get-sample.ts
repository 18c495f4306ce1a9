import type { Sample } from "@whetstone/schemas/api";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { readRows } from "./read-rows.ts";
import { layerOf, readSamples } from "./read-samples.ts";

/** Shards searched for a uid; a Worker may make a thousand requests a call, and each shard takes two or three. */
const maxShards = 256;
const atOnce = 4;
const JustUid = z.object({ uid: z.string() });

/** The sample of this uid. Looks through the uid columns, shard by shard, since nothing says which shard has it. */
export async function getSample(ctx: Context, versionId: string, uid: string): Promise<Sample> {
  const manifest = await getManifest(ctx, versionId);
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
