import { z } from "zod";
import { Sha256 } from "../api/ids.ts";
import { LoopSampleRow } from "../api/loop-details.ts";
import { MethodId } from "../api/loops.ts";
import { policyKinds } from "../api/policy-kinds.ts";
import { HubCheckpoint } from "../api/train-start.ts";
import { Counts } from "./counts.ts";
import { FileName } from "./files.ts";
import { Draw, Learning, Score, Slot } from "./loop-steps.ts";

/** What is asked and who says what is right; its files are inputs: `task.parquet`, or `shard-N.tar` and `base-N.parquet`. */
const TaskSpec = z.object({
  kind: z.enum(["questions", "refinement"]),
  verifier: z.enum(["exact", "program"]).default("exact"),
  threshold: z.number().default(0.6),
});

/**
 * Texts drawn from weights, and scored. Inputs: `policy.<file>`; `base.<file>` where the reward asks for base weights; `reward.<file>` (what the
 * reward's slot holds); `rows-N.parquet`, the training rows of the step that the draw goes on from. A folder that was uploaded comes as
 * `<role>.tar`; weights that come from the hub are no inputs, the runner fetches them.
 */
export const LoopSample = z.object({
  policyKind: z.enum(policyKinds),
  draw: Draw,
  score: Score,
  task: TaskSpec,
  hub: z.partialRecord(z.enum(["policy", "base", "reward"]), HubCheckpoint).default({}),
  seed: z.int(),
  shard: z.int(),
  shards: z.int(),
});
export type LoopSample = z.infer<typeof LoopSample>;
/** Output: `samples.parquet`. `weights` tells by hash which weights drew, and which rewarded. */
export const LoopSampleResult = z.object({
  counts: Counts,
  seconds: z.number(),
  weights: z.partialRecord(z.enum(["policy", "base", "reward"]), Sha256),
  summary: z.record(z.string(), z.unknown()).default({}),
});

/** What a reducer of the method makes of sampled rows. Inputs: `<step>-<shard>.parquet`. */
export const LoopReduce = z.object({
  method: MethodId,
  reducer: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  iteration: z.int(),
  seed: z.int(),
  /** Steps of this iteration that are done, with what they said. */
  done: z.array(z.object({ step: z.record(z.string(), z.unknown()), summary: z.record(z.string(), z.unknown()) })),
});
export type LoopReduce = z.infer<typeof LoopReduce>;
/** Outputs: `record.parquet`, every row with its verdict, and `training.parquet`, which is left out when it would have no row. */
export const LoopReduceResult = z.object({
  summary: z.record(z.string(), z.unknown()),
  files: z.array(FileName),
  counts: Counts,
});

/**
 * Weights learned from rows. Inputs: `training.parquet`; `start.<file>`, unless fresh ones are asked for; `reference.<file>`, base weights of the
 * policy, where the objective compares with them; `optimiser.safetensors` when inherited; the task's files when there are images.
 */
export const LoopLearn = z.object({
  policyKind: z.enum(policyKinds),
  slot: Slot,
  learning: Learning,
  task: TaskSpec.nullable(),
  hub: z.partialRecord(z.enum(["start", "reference"]), HubCheckpoint).default({}),
  seed: z.int(),
});
export type LoopLearn = z.infer<typeof LoopLearn>;
/** Outputs: the weights' files under their own names, and `optimiser.safetensors`. */
export const LoopLearnResult = z.object({
  weights: Sha256,
  files: z.array(FileName).min(1),
  summary: z.record(z.string(), z.unknown()),
  counts: Counts,
  seconds: z.number(),
});

/** Row of `training.parquet`: `TrainingRow` as it lies in the file. */
export const TrainingParquetRow = z.object({
  queryId: z.string(),
  prompt: z.string(),
  target: z.string(),
  rejected: z.string().nullable().default(null),
  weight: z.number().nullable().default(null),
  advantage: z.number().nullable().default(null),
  logProb: z.number().nullable().default(null),
  baseLogProb: z.number().nullable().default(null),
  rejectedBaseLogProb: z.number().nullable().default(null),
  draft: z.string().nullable().default(null),
  source: z.string().nullable().default(null),
});

/** Row of `record.parquet`. */
export const LoopRecordRow = LoopSampleRow.omit({ object: true, cursor: true });
export type LoopRecordRow = z.infer<typeof LoopRecordRow>;
