import { Manifest } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { type VersionRow, versionRow } from "./get-version.ts";

const maxManifestBytes = 48 * 1024 ** 2;
/** Manifests never change, so those small enough stay in memory; the oldest goes first. */
const keptManifests = 8;
const maxKeptShards = 2000;
const kept = new Map<string, Manifest>();

/** What a version is made of: every file with its size and SHA-256. */
export async function getManifest(ctx: Context, versionId: string): Promise<Manifest> {
  return manifestOf(ctx, await versionRow(ctx, versionId));
}

/** The manifest a version row names. The caller has already been let in to the row. */
export async function manifestOf(ctx: Context, { manifestKey, manifestSha256 }: VersionRow): Promise<Manifest> {
  const name = `${manifestKey} ${manifestSha256}`;
  const known = kept.get(name);
  if (known) return known;
  const manifest = Manifest.parse(JSON.parse(await ctx.storage.getText(manifestKey, { maxBytes: maxManifestBytes })));
  if (manifest.shards.length <= maxKeptShards) kept.set(name, manifest);
  for (const [oldest] of kept) if (kept.size > keptManifests) kept.delete(oldest);
  return manifest;
}
