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
