import { z } from "zod";
import { Id, Sha256, Uid } from "./ids.ts";

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[\w][\w. -]*$/, "letters, digits, space, dot, dash and underscore only");

export const Dataset = z
  .object({
    id: Id("dataset"),
    object: z.literal("dataset"),
    name: z.string(),
    description: z.string(),
    latestVersionId: Id("version").nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Dataset" });
export type Dataset = z.infer<typeof Dataset>;

export const CreateDataset = z
  .object({ name: Name, description: z.string().max(2000).default("") })
  .meta({ id: "CreateDataset" });
export type CreateDataset = z.infer<typeof CreateDataset>;

/** Layers a version can hold: `base` always, the others when a run made them. */
export const layerNames = [
  "base",
  "refined",
  "scores",
  "thumbnails",
  "embeddings",
  "textEmbeddings",
  "rejects",
] as const;
export type LayerName = (typeof layerNames)[number];

const FileRef = z.object({ key: z.string(), sizeBytes: z.int(), sha256: Sha256 });

/** What a benchmark set says of itself beside its samples: CLIP_benchmark's three text files, or a Hugging Face schema. */
export const Benchmark = z.object({
  type: z.enum(["classification", "multilabel", "retrieval"]),
  /** In the order of the class indexes. */
  classNames: z.array(z.string().min(1).max(300)).max(50_000),
  /** `{}` stands for the class name. */
  templates: z.array(z.string().max(300)).max(200),
});
export type Benchmark = z.infer<typeof Benchmark>;

/** The one file a version is: written once to S3, named by the version row. Format `whetstone-version/1`. */
export const Manifest = z
  .object({
    format: z.literal("whetstone-version/1"),
    versionId: z.string(),
    datasetId: z.string(),
    parentId: z.string().nullable(),
    runId: z.string(),
    createdAt: z.iso.datetime(),
    sampleCount: z.int(),
    rejectCount: z.int(),
    /** Of versions made from a benchmark set. */
    benchmark: Benchmark.optional(),
    shards: z.array(FileRef.extend({ index: z.int(), sampleCount: z.int() })),
    /** Files of a layer name the shard they belong to; `rejects` may have several a shard, from several runs. */
    layers: z.record(
      z.string(),
      z.array(FileRef.extend({ shard: z.int().nullable(), rowCount: z.int(), runId: z.string() })),
    ),
    /** Tars that rows of the `thumbnails` layer point into. */
    thumbnailTars: z.array(FileRef.extend({ shard: z.int() })).optional(),
  })
  .meta({ id: "Manifest" });
export type Manifest = z.infer<typeof Manifest>;

export const Version = z
  .object({
    id: Id("version"),
    object: z.literal("dataset.version"),
    datasetId: Id("dataset"),
    number: z.int(),
    parentId: Id("version").nullable(),
    runId: Id("run"),
    layers: z.array(z.string()),
    sampleCount: z.int(),
    rejectCount: z.int(),
    shardCount: z.int(),
    sizeBytes: z.int(),
    manifestKey: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Version" });
export type Version = z.infer<typeof Version>;

export const Refinement = z
  .object({
    positiveDescription: z.string(),
    negativeDescription: z.string(),
    positiveTags: z.array(z.string()),
    negativeTags: z.array(z.string()),
  })
  .meta({ id: "Refinement" });
export type Refinement = z.infer<typeof Refinement>;

/** Where a sample's image is: fetch `url` with the `range` header; bytes come straight from S3. */
export const ImageLink = z.object({
  url: z.url(),
  range: z.string().meta({ example: "bytes=512-4096", description: "value of the Range request header" }),
  expiresAt: z.iso.datetime(),
  mediaType: z.string(),
  sizeBytes: z.int(),
  width: z.int(),
  height: z.int(),
});

/** A small picture of the image, where a run has made one. */
export const ThumbnailLink = ImageLink.pick({ url: true, range: true, expiresAt: true, mediaType: true });
export type ThumbnailLink = z.infer<typeof ThumbnailLink>;

export const Sample = z
  .object({
    uid: Uid,
    object: z.literal("sample"),
    cursor: z.string().meta({ description: "pass as `after` to go on from here" }),
    text: z.string(),
    label: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    imageSha256: Sha256,
    image: ImageLink,
    thumbnail: ThumbnailLink.nullable().default(null),
    facts: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
      .default({})
      .meta({
        description: "numbers and categories by column, as filters see them; empty for a version without an index",
      }),
    refinement: Refinement.nullable(),
    provenance: z
      .object({
        refiner: z.string(),
        modelHash: z.string(),
        promptHash: z.string(),
        runId: z.string(),
        latencyMs: z.number(),
      })
      .nullable(),
  })
  .meta({ id: "Sample" });
export type Sample = z.infer<typeof Sample>;

export const Reject = z
  .object({
    object: z.literal("reject"),
    cursor: z.string(),
    uid: z.string().nullable(),
    source: z.string(),
    stage: z.string(),
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: "Reject" });
export type Reject = z.infer<typeof Reject>;
