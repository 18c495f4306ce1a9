import { z } from "zod";
import { Benchmark } from "../api/datasets.ts";
import { Contamination } from "../api/evaluations.ts";
import { EvaluationScores } from "../api/evaluation-scores.ts";
import { EvaluationTask } from "../api/evaluation-tasks.ts";
import { Uid } from "../api/ids.ts";
import { reviewFields } from "../api/reviews.ts";
import { Refiner } from "../api/runs.ts";
import { TrainRecipe } from "../api/recipe.ts";
import { HubCheckpoint } from "../api/train-start.ts";
import { Counts } from "./counts.ts";
import { FileName } from "./files.ts";
import type { TaskKind } from "./kinds.ts";
import {
  LoopLearn,
  LoopLearnResult,
  LoopReduce,
  LoopReduceResult,
  LoopSample,
  LoopSampleResult,
} from "./loop-tasks.ts";

const LayerFile = z.object({ file: FileName, rowCount: z.int() });

/** One uploaded file (a WebDataset tar, an ImageFolder archive, Hugging Face Parquet) to shards. Input: `archive`. */
export const IngestArchive = z.object({
  filename: z.string(),
  maxShardSamples: z.int(),
  maxShardBytes: z.int(),
  maxImagePixels: z.int(),
  maxImageBytes: z.int(),
  benchmark: Benchmark.partial().optional(),
  split: z.string().optional(),
});
/** Outputs: `shard-00000.tar`, `base-00000.parquet` ... and at most one `rejects.parquet`. */
export const IngestArchiveResult = z.object({
  shards: z.array(z.object({ shard: FileName, base: FileName, sampleCount: z.int() })),
  rejects: LayerFile.nullable(),
  benchmark: Benchmark.nullable().default(null),
  counts: Counts,
});

/** One shard to its `refined` layer. Inputs: `shard.tar`, `base.parquet`. */
export const RefineShard = z.object({
  shard: z.int(),
  refiner: Refiner,
  prompt: z.string(),
  temperature: z.number(),
  seed: z.int(),
});
/** Outputs: `refined.parquet` and at most one `rejects.parquet`. */
export const RefineShardResult = z.object({
  shard: z.int(),
  refined: LayerFile,
  rejects: LayerFile.nullable(),
  counts: Counts,
});

/** Thumbnails of a shard and, by a model, scores and embeddings. Inputs: `shard.tar`, `base.parquet`, `refined.parquet` where there, `model.<package file>`. */
export const ProfileShard = z.object({
  shard: z.int(),
  thumbnailPixels: z.int(),
  hasModel: z.boolean(),
  hasRefined: z.boolean(),
});
/** Outputs: `thumbnails.tar`, `thumbnails.parquet`, and with a model `scores.parquet`, `embeddings.f16` of the images and `textEmbeddings.f16` of d+ or, where there is none, of the text. */
export const ProfileShardResult = z.object({
  shard: z.int(),
  rowCount: z.int(),
  hasScores: z.boolean(),
  counts: Counts,
});

/** Some shards' layers as columns. Inputs: `base-N.parquet` and, where there, `refined-N`, `scores-N`, `thumbnails-N.parquet`. */
export const IndexSegment = z.object({
  firstShard: z.int(),
  shardCount: z.int(),
  firstPlace: z.int(),
  layers: z.array(z.string()),
});
/** Outputs: `segment.json` (`Segment`) and the files it names. */
export const IndexSegmentResult = z.object({ rowCount: z.int(), files: z.array(FileName), counts: Counts });

/** The kept rows of a shard's layers. Inputs: `base.parquet` and, where there, the files of its other layers. */
export const SelectShard = z.object({
  shard: z.int(),
  /** One bit a row, the first row the highest bit of the first byte, in Base64. */
  keep: z.string(),
  edits: z.array(z.object({ uid: Uid, field: z.enum(reviewFields), value: z.string() })),
  layers: z.array(z.string()),
});
/** Outputs: a file a layer, named as it came in. */
export const SelectShardResult = z.object({
  shard: z.int(),
  rowCount: z.int(),
  files: z.array(LayerFile.extend({ layer: z.string() })),
  counts: Counts,
});

/** What is nearest. Inputs: `embeddings-N.f16` of the images or the texts that are looked through, and for what is asked: `model.<package file>`, with `image` for an image; or `like.f16`. */
export const SearchVersion = z.object({
  text: z.string().nullable(),
  /** Where in `like.f16`, of so many rows, the image's vector lies whose like is asked for. */
  like: z.object({ row: z.int(), rowCount: z.int() }).nullable(),
  sampleCounts: z.array(z.int()),
  limit: z.int(),
});
export const SearchVersionResult = z.object({
  hits: z.array(z.object({ shard: z.int(), row: z.int(), score: z.number() })),
  counts: Counts,
});

/** A model from a version. Inputs: `shard-N.tar`, `base-N.parquet`, `refined-N.parquet` where there, and `init.<package file>`. */
export const TrainModel = z.object({
  modelName: z.string(),
  fromScratch: z.boolean(),
  /** Instead of a model's files, a start that the trainer makes itself. */
  hub: HubCheckpoint.optional(),
  architecture: z.string().optional(),
  seed: z.int(),
  shardCount: z.int(),
  hasRefined: z.boolean(),
  /** Versions in the order of their shards, which are numbered through all of them. */
  sources: z
    .array(z.object({ weight: z.number().positive(), sampleCounts: z.array(z.int()), isEarlier: z.boolean() }))
    .default([]),
  recipe: TrainRecipe,
  /** Ids and hashes of run, data and start, told again in `model.json` and on the card. */
  origin: z.record(z.string(), z.string()).default({}),
});
/** Outputs: the five package files under their own names, `card.md` and `curve.jsonl`. */
export const TrainModelResult = z.object({ metrics: z.record(z.string(), z.unknown()), counts: Counts });

/** A model judged on a version. Inputs: `model.<package file>`, the version's files as for `train-model`, and those of the version to learn from as `train-shard-N.tar`, `train-base-N.parquet`. */
export const EvaluateModel = z.object({
  tasks: z.array(EvaluationTask),
  shardCount: z.int(),
  hasRefined: z.boolean(),
  /** Shards of the version that linear probes and kNN learn from; 0 when they learn from a split of the version itself. */
  trainShardCount: z.int().default(0),
  benchmark: Benchmark.nullable().default(null),
  /** Shards of the version the model has seen, whose base layers come as `seen-base-N.parquet`; 0 looks for no contamination. */
  seenShardCount: z.int().default(0),
  /** Of the bootstrap, the corruptions and the held-out samples. */
  seed: z.int().default(0),
});
/** Outputs: `predictions.parquet` (`PredictionRow`), `per-class.csv`, `confusion.csv` and `contamination.csv`, those that there are rows for. */
export const EvaluateModelResult = z.object({
  scores: z.array(EvaluationScores),
  files: z.array(FileName).default([]),
  contamination: Contamination.nullable().default(null),
  counts: Counts,
});

export const Noop = z.object({ sleepMs: z.int() });
export const NoopResult = z.object({ counts: Counts });

/** What goes in and what comes out, by kind. */
export const taskContracts = {
  "ingest-archive": { params: IngestArchive, result: IngestArchiveResult },
  "refine-shard": { params: RefineShard, result: RefineShardResult },
  "profile-shard": { params: ProfileShard, result: ProfileShardResult },
  "index-segment": { params: IndexSegment, result: IndexSegmentResult },
  "select-shard": { params: SelectShard, result: SelectShardResult },
  "search-version": { params: SearchVersion, result: SearchVersionResult },
  "train-model": { params: TrainModel, result: TrainModelResult },
  "evaluate-model": { params: EvaluateModel, result: EvaluateModelResult },
  "loop-sample": { params: LoopSample, result: LoopSampleResult },
  "loop-reduce": { params: LoopReduce, result: LoopReduceResult },
  "loop-learn": { params: LoopLearn, result: LoopLearnResult },
  noop: { params: Noop, result: NoopResult },
} as const satisfies Record<TaskKind, { params: z.ZodType; result: z.ZodType }>;
