import type { Corpus } from "../embed-corpus.ts";
import { emptyVectors, rowOf, type Vectors } from "../vectors.ts";
import { failure } from "./failure.ts";

type Sample = Corpus["samples"][number];

/** The fields that came with a sample. */
export function metadataOf({ metadata }: Pick<Sample, "metadata">): Record<string, unknown> {
  return JSON.parse(metadata) as Record<string, unknown>;
}

/** A field by its path, such as `region` or `npy.0`; undefined where there is none. */
export function fieldAt(metadata: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(metadata, path)) return metadata[path];
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      metadata,
    );
}

/** Places of the samples of a split; of all samples without one. */
export function selectSamples({ samples }: Corpus, split: string | undefined): number[] {
  if (split === undefined) return samples.map((_, row) => row);
  const rows = samples.flatMap((sample, row) => (metadataOf(sample)["split"] === split ? [row] : []));
  if (rows.length > 0) return rows;
  const known = new Set(
    samples.flatMap((sample) =>
      typeof metadataOf(sample)["split"] === "string" ? [String(metadataOf(sample)["split"])] : [],
    ),
  );
  const others =
    known.size === 0 ? "no sample names one" : `there are ${[...known].toSorted().slice(0, 10).join(", ")}`;
  throw failure(
    "split_missing",
    `no sample of the version has the split ${JSON.stringify(split)} in its metadata; ${others}`,
  );
}

/** The vectors of some rows, in their order. */
export function pickVectors(vectors: Vectors, rows: readonly number[]): Vectors {
  const picked = emptyVectors(rows.length, vectors.dim);
  rows.forEach((row, i) => picked.data.set(rowOf(vectors, row), i * vectors.dim));
  return picked;
}
