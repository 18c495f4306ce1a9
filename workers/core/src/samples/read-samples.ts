import type { Manifest, Sample } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { readShardRows } from "../rows/read-shard-rows.ts";
import { toSamples } from "../rows/to-samples.ts";

/** Rows `from` to `to` of a shard as samples, straight from the layers. */
export async function readSamples(
  ctx: Context,
  manifest: Manifest,
  { file, from, to }: { file: number; from: number; to: number },
): Promise<Sample[]> {
  const first = manifest.shards.slice(0, file).reduce((sum, { sampleCount }) => sum + sampleCount, 0) + from;
  const rows = await readShardRows(ctx, manifest, { file, from, to });
  return toSamples(
    ctx,
    manifest,
    rows.map((row, index) => ({ place: first + index, row })),
  );
}
