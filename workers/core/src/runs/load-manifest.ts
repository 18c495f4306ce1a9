import { Manifest } from "@whetstone/schemas/api";
import type { InputFile } from "@whetstone/schemas/tasks";
import { versions } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { RunFailure } from "./run-failure.ts";

const maxManifestBytes = 48 * 1024 ** 2;

/** The manifest of a version that a run of the same workspace reads. */
export async function loadManifest(
  ctx: Context,
  { workspaceId, versionId }: { workspaceId: string; versionId: string },
): Promise<Manifest> {
  const [version] = await ctx.db
    .select()
    .from(versions)
    .where(and(eq(versions.id, versionId), eq(versions.workspaceId, workspaceId)));
  if (!version) throw new RunFailure("version_missing", `version ${versionId} does not exist any more`);
  return Manifest.parse(JSON.parse(await ctx.storage.getText(version.manifestKey, { maxBytes: maxManifestBytes })));
}

/** Shards of a version, without reading its manifest; 0 when it is gone. */
export async function countShards(ctx: Context, versionId: string): Promise<number> {
  const [version] = await ctx.db
    .select({ shardCount: versions.shardCount })
    .from(versions)
    .where(eq(versions.id, versionId));
  return version?.shardCount ?? 0;
}

type LayerFile = Manifest["layers"][string][number];

/** Finds a layer's file of a shard. Each layer is gone through once: a version may have a hundred thousand shards. */
export function openLayers(manifest: Manifest): (layer: string, shard: number) => LayerFile | undefined {
  const layers = new Map<string, Map<number | null, LayerFile>>();
  return (layer, shard) => {
    const files = layers.get(layer) ?? new Map((manifest.layers[layer] ?? []).map((file) => [file.shard, file]));
    layers.set(layer, files);
    return files.get(shard);
  };
}

/** The base layer of a shard, without which nothing can be done with it. */
export function baseOf(manifest: Manifest, fileOf: ReturnType<typeof openLayers>, shard: number): LayerFile {
  const base = fileOf("base", shard);
  if (!base) throw new RunFailure("layer_missing", `shard ${shard} of ${manifest.versionId} has no base layer`);
  return base;
}

type FileRef = { key: string; sizeBytes: number; sha256: string };

export const toInput = (name: string, { key, sizeBytes, sha256 }: FileRef): InputFile => ({
  name,
  key,
  sizeBytes,
  sha256,
});

/** A version as the inputs of one task: `shard-N.tar`, `base-N.parquet` and, where there, `refined-N.parquet`; N counts from `first`. */
export function versionInputs(
  manifest: Manifest,
  first = 0,
): { inputs: InputFile[]; shardCount: number; hasRefined: boolean } {
  const layer = (name: string) => (manifest.layers[name] ?? []).filter((file) => file.shard !== null);
  const refined = layer("refined");
  const inputs = [
    ...manifest.shards.map((shard) => toInput(`shard-${first + shard.index}.tar`, shard)),
    ...layer("base").map((file) => toInput(`base-${first + (file.shard ?? 0)}.parquet`, file)),
    ...refined.map((file) => toInput(`refined-${first + (file.shard ?? 0)}.parquet`, file)),
  ];
  return { inputs, shardCount: manifest.shards.length, hasRefined: refined.length > 0 };
}
