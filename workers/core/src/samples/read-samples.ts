import type { Manifest, Sample } from "@whetstone/schemas/api";
import { BaseRow, RefinedRow } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { readRows } from "./read-rows.ts";
import { toCursor } from "./positions.ts";

const linkSeconds = 3600;
const JustUid = z.object({ uid: z.string() });

type LayerRef = NonNullable<Manifest["layers"][string]>[number];

/** Rows `from` to `to` of a shard, each with its refinement where it has one and a link to its bytes in the shard. */
export async function readSamples(
  ctx: Context,
  manifest: Manifest,
  { file, from, to }: { file: number; from: number; to: number },
): Promise<Sample[]> {
  const shard = manifest.shards[file];
  const base = shard && layerOf(manifest, "base", shard.index);
  if (!shard || !base)
    throw new AppError("not_found", `the manifest of ${manifest.versionId} names no base layer for shard ${file}`);
  const refined = layerOf(manifest, "refined", shard.index);

  const rows = await readRows(ctx, base, { schema: BaseRow, from, to });
  const refinements = refined
    ? await refinementsOf(ctx, refined, new Set(rows.map(({ uid }) => uid)))
    : new Map<string, RefinedRow>();
  const url = await ctx.storage.presignGet(shard.key, { expiresSeconds: linkSeconds });
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  const first = manifest.shards.slice(0, file).reduce((sum, { sampleCount }) => sum + sampleCount, 0) + from;
  return rows.map((row, index) => ({
    uid: row.uid,
    object: "sample",
    cursor: toCursor(first + index),
    text: row.text,
    label: row.label,
    metadata: parseMetadata(row.metadata),
    imageSha256: row.imageSha256,
    image: {
      url,
      range: `bytes=${row.imageOffset}-${row.imageOffset + row.imageBytes - 1}`,
      expiresAt,
      mediaType: `image/${row.imageFormat}`,
      sizeBytes: row.imageBytes,
      width: row.width,
      height: row.height,
    },
    ...withRefinement(refinements.get(row.uid), refined?.runId ?? ""),
  }));
}

export function layerOf(manifest: Manifest, layer: string, shard: number): LayerRef | undefined {
  return manifest.layers[layer]?.find((file) => file.shard === shard);
}

/**
 * The refined layer keeps the shard's order but lacks what was rejected. So its uid column says where the page's rows begin and end, and
 * only those are read.
 */
async function refinementsOf(ctx: Context, refined: LayerRef, uids: Set<string>): Promise<Map<string, RefinedRow>> {
  const all = await readRows(ctx, refined, { schema: JustUid, from: 0, to: refined.rowCount, columns: ["uid"] });
  const from = all.findIndex(({ uid }) => uids.has(uid));
  if (from === -1) return new Map();
  const to = all.findLastIndex(({ uid }) => uids.has(uid)) + 1;
  const rows = await readRows(ctx, refined, { schema: RefinedRow, from, to });
  return new Map(rows.map((row) => [row.uid, row]));
}

function withRefinement(row: RefinedRow | undefined, runId: string): Pick<Sample, "refinement" | "provenance"> {
  if (!row) return { refinement: null, provenance: null };
  const {
    positiveDescription,
    negativeDescription,
    positiveTags,
    negativeTags,
    refiner,
    modelHash,
    promptHash,
    latencyMs,
  } = row;
  return {
    refinement: { positiveDescription, negativeDescription, positiveTags, negativeTags },
    provenance: { refiner, modelHash, promptHash, runId, latencyMs },
  };
}

function parseMetadata(json: string): Record<string, unknown> {
  if (json === "") return {};
  return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(json));
}
