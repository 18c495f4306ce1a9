import { type Manifest, layerNames } from "@whetstone/schemas/api";
import { datasets, versions } from "@whetstone/schemas/db";
import { eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { manifestKey } from "../object-keys.ts";
import { type Closing, derivedId, type RunRow } from "./run-kind.ts";

export type VersionDraft = Pick<
  Manifest,
  | "datasetId"
  | "parentId"
  | "createdAt"
  | "sampleCount"
  | "rejectCount"
  | "shards"
  | "layers"
  | "benchmark"
  | "thumbnailTars"
>;

/**
 * Puts the manifest, then answers the writes that name it. The key is derived from the run and written only if absent: a repeated close
 * meets the manifest it wrote before and names that one.
 */
export async function writeVersion(
  ctx: Context,
  { run, draft }: { run: RunRow; draft: VersionDraft },
): Promise<Closing> {
  const id = derivedId("dsv", run.id);
  const key = manifestKey(run.workspaceId, draft.datasetId, id);
  const manifest: Manifest = { format: "whetstone-version/1", versionId: id, runId: run.id, ...draft };
  const body = JSON.stringify(manifest);
  const stored =
    (await ctx.storage.putIfAbsent(key, body, "application/json")) === "created"
      ? body
      : await readBack(ctx, { key, body });

  const files = [...manifest.shards, ...Object.values(manifest.layers).flat()];
  const version = ctx.db
    .insert(versions)
    .values({
      id,
      workspaceId: run.workspaceId,
      datasetId: draft.datasetId,
      number: sql`(select coalesce(max(${versions.number}), 0) + 1 from ${versions} where ${versions.datasetId} = ${draft.datasetId})`,
      parentId: draft.parentId,
      runId: run.id,
      layers: layerNames.filter((name) => (manifest.layers[name] ?? []).length > 0),
      sampleCount: draft.sampleCount,
      rejectCount: draft.rejectCount,
      shardCount: manifest.shards.length,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      manifestKey: key,
      manifestSha256: await sha256Hex(stored),
      createdAt: new Date(draft.createdAt),
    })
    .onConflictDoNothing();
  const latest = ctx.db.update(datasets).set({ latestVersionId: id }).where(eq(datasets.id, draft.datasetId));
  return { output: { outputVersionId: id }, statements: [version, latest] };
}

/** Results of settled tasks never change, so what is there must be what we would have written. */
async function readBack(ctx: Context, { key, body }: { key: string; body: string }): Promise<string> {
  if (!(await ctx.storage.head(key))) throw new Error(`${key} is being written by another close of this run`);
  const stored = await ctx.storage.getText(key, { maxBytes: body.length * 4 + 1024 });
  if (stored !== body) throw new Error(`${key} holds another manifest than this run's`);
  return stored;
}
