import { z } from "zod";
import { Sha256, Uid } from "../api/ids.ts";

/**
 * Rows of the Parquet layers, one file a shard, in the order of the shard. Column names are these keys in snake_case.
 * Lists are Parquet LISTs of strings; `metadata` is a JSON string; sizes and offsets are INT64.
 */
export const BaseRow = z.object({
  uid: Uid,
  /** Member of the shard tar, and where its bytes lie in it. */
  imageMember: z.string(),
  imageOffset: z.int(),
  imageBytes: z.int(),
  imageFormat: z.enum(["jpeg", "png", "webp", "gif", "tiff", "avif"]),
  imageSha256: Sha256,
  /** 64-bit pHash in hex; null for plain surfaces and for images ingested before there were hashes. */
  imagePhash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable()
    .default(null),
  width: z.int(),
  height: z.int(),
  /** The alt-text as it came, Unicode NFC. */
  text: z.string(),
  /** Class name where the data has one. */
  label: z.string().nullable(),
  /** Other fields that came with the sample, as JSON of at most 8 kB. */
  metadata: z.string(),
  /** Where it came from: archive and member. */
  source: z.string(),
});
export type BaseRow = z.infer<typeof BaseRow>;

export const RefinedRow = z.object({
  uid: Uid,
  positiveDescription: z.string(),
  negativeDescription: z.string(),
  positiveTags: z.array(z.string()),
  negativeTags: z.array(z.string()),
  refiner: z.string(),
  modelHash: z.string(),
  promptHash: z.string(),
  isRepaired: z.boolean(),
  latencyMs: z.number(),
  promptTokens: z.int(),
  completionTokens: z.int(),
});
export type RefinedRow = z.infer<typeof RefinedRow>;

export const rejectCodes = [
  "image_missing",
  "image_undecodable",
  "image_too_large",
  "image_too_many_pixels",
  "image_unsupported_format",
  "text_missing",
  "text_empty",
  "text_invalid_utf8",
  "text_too_long",
  "metadata_invalid",
  "uid_duplicate",
  "refine_invalid_json",
  "refine_check_failed",
  "refine_refused",
  "refine_timeout",
  "refine_rejected_by_endpoint",
] as const;
export const RejectRow = z.object({
  uid: z.string().nullable(),
  source: z.string(),
  stage: z.enum(["ingest", "refine"]),
  code: z.enum(rejectCodes),
  detail: z.string(),
});
export type RejectRow = z.infer<typeof RejectRow>;

/** Row of an evaluation's `predictions.parquet`: what one unit scored, so that two models can be compared pair by pair. */
export const PredictionRow = z.object({
  /** Index of the evaluation's task. */
  task: z.int(),
  /** Empty, or the half of a retrieval: `text-to-image`, `image-to-text`. */
  part: z.string(),
  uid: z.string(),
  /** What of the sample: the number of its caption, an association's instance; empty where the sample is the unit. */
  unit: z.string(),
  label: z.string(),
  predicted: z.string(),
  /** Place of what is right, 1 is best; 0 where it was not among those looked at, or there is no such order. */
  rank: z.int(),
  /** 1 for right and 0 for wrong, or a share such as a Jaccard score. */
  correct: z.number(),
});
export type PredictionRow = z.infer<typeof PredictionRow>;

/** Task failure codes an archive as a whole can end with; they are final. */
export const archiveErrorCodes = [
  "archive_truncated",
  "archive_unsafe_path",
  "archive_link",
  "archive_bomb",
  "archive_empty",
  "archive_unknown_format",
  "archive_too_many_members",
  "checksum_mismatch",
] as const;

/** Row of the `thumbnails` layer: where a small picture of the image lies in the tar that comes with it. */
export const ThumbnailRow = z.object({ uid: Uid, offset: z.int(), bytes: z.int() });
export type ThumbnailRow = z.infer<typeof ThumbnailRow>;

/** Row of the `scores` layer: cosine of the image and each of its texts by one model. */
export const ScoreRow = z.object({
  uid: Uid,
  textScore: z.number().nullable(),
  positiveScore: z.number().nullable(),
  negativeScore: z.number().nullable(),
});
export type ScoreRow = z.infer<typeof ScoreRow>;

/** Row of the `embeddings` layer: the image as one model sees it, of length one. */
export const EmbeddingRow = z.object({ uid: Uid, embedding: z.array(z.number()) });
export type EmbeddingRow = z.infer<typeof EmbeddingRow>;
