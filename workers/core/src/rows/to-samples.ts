import type { Manifest, Sample } from "@whetstone/schemas/api";
import type { RefinedRow, StoredRow } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { toCursor } from "../samples/positions.ts";
import { type SignedLink, signedLinks } from "./signed-link.ts";

/** Rows at their places of the version as samples, each with links to its bytes. */
export async function toSamples(
  ctx: Context,
  manifest: Manifest,
  rows: readonly { place: number; row: StoredRow }[],
): Promise<Sample[]> {
  const tars = new Map(rows.map(({ row: { shard } }) => [shard, tarsOf(manifest, shard)]));
  const links = await signedLinks(
    ctx,
    [...tars.values()].flatMap(({ images, thumbnails }) => [images, ...(thumbnails === undefined ? [] : [thumbnails])]),
  );
  return rows.map(({ place, row }) => {
    const { images, thumbnails } = tars.get(row.shard) ?? tarsOf(manifest, row.shard);
    const thumbnail = thumbnails === undefined ? undefined : links.get(thumbnails);
    return toSample(manifest, { place, row, image: links.get(images), thumbnail });
  });
}

/** The tars that a shard's images and thumbnails lie in. */
function tarsOf(manifest: Manifest, index: number): { images: string; thumbnails: string | undefined } {
  const shard = manifest.shards[index];
  if (!shard) throw new AppError("not_found", `the manifest of ${manifest.versionId} names no shard ${index}`);
  return { images: shard.key, thumbnails: manifest.thumbnailTars?.find((tar) => tar.shard === index)?.key };
}

interface Linked {
  place: number;
  row: StoredRow;
  image: SignedLink | undefined;
  thumbnail: SignedLink | undefined;
}

function toSample(manifest: Manifest, { place, row, image, thumbnail }: Linked): Sample {
  const { base, refined } = row;
  const { url, expiresAt } = image ?? { url: "", expiresAt: "" };
  const runId = refined ? (manifest.layers["refined"] ?? []).find((file) => file.shard === row.shard)?.runId : "";
  return {
    uid: base.uid,
    object: "sample",
    cursor: toCursor(place),
    text: base.text,
    label: base.label,
    metadata: parseMetadata(base.metadata),
    imageSha256: base.imageSha256,
    image: {
      url,
      range: rangeOf(base.imageOffset, base.imageBytes),
      expiresAt,
      mediaType: `image/${base.imageFormat}`,
      sizeBytes: base.imageBytes,
      width: base.width,
      height: base.height,
    },
    thumbnail:
      row.thumbnail && thumbnail
        ? { ...thumbnail, range: rangeOf(row.thumbnail.offset, row.thumbnail.bytes), mediaType: "image/webp" }
        : null,
    facts: row.facts,
    ...withRefinement(refined, runId ?? ""),
  };
}

const rangeOf = (offset: number, bytes: number) => `bytes=${offset}-${offset + bytes - 1}`;

function withRefinement(row: RefinedRow | null, runId: string): Pick<Sample, "refinement" | "provenance"> {
  if (!row) return { refinement: null, provenance: null };
  const { positiveDescription, negativeDescription, positiveTags, negativeTags } = row;
  const { refiner, modelHash, promptHash, latencyMs } = row;
  return {
    refinement: { positiveDescription, negativeDescription, positiveTags, negativeTags },
    provenance: { refiner, modelHash, promptHash, runId, latencyMs },
  };
}

function parseMetadata(json: string): Record<string, unknown> {
  if (json === "") return {};
  return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(json));
}
