import type { InputFile, TrainModel } from "@whetstone/schemas/tasks";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { loadManifest, versionInputs } from "./load-manifest.ts";
import type { RunOf } from "./run-kind.ts";

type Mix = Pick<z.output<typeof TrainModel>, "shardCount" | "hasRefined" | "sources"> & { inputs: InputFile[] };

/** The versions a training reads, as inputs numbered through all of them, and each one's share. */
export async function mixVersions(ctx: Context, { workspaceId, params }: RunOf<"train">): Promise<Mix> {
  const mix: Mix = { inputs: [], shardCount: 0, hasRefined: false, sources: [] };
  for (const { versionId, weight, isEarlier } of params.data ?? [
    { versionId: params.versionId, weight: 1, isEarlier: false },
  ]) {
    const manifest = await loadManifest(ctx, { workspaceId, versionId });
    const { inputs, shardCount, hasRefined } = versionInputs(manifest, mix.shardCount);
    const sampleCounts = manifest.shards.toSorted((a, b) => a.index - b.index).map((shard) => shard.sampleCount);
    mix.inputs.push(...inputs);
    mix.shardCount += shardCount;
    mix.hasRefined ||= hasRefined;
    mix.sources.push({ weight, isEarlier, sampleCounts });
  }
  return mix;
}
