import { z } from "zod";

/**
 * The three steps that every self-training method is made of, and the tables that pass between them. A method (`workers/core/src/methods`)
 * says which step comes next; runners do them; nobody else knows what a method is.
 */

/** Slots hold weights: `policy` always, and what a method learns beside it (`gap`, `clip`, `improver`). */
export const Slot = z.string().regex(/^[a-z][a-z-]{0,19}$/);

/** Which queries, and how many texts of each. */
export const Draw = z.object({
  split: z.string().min(1).max(40),
  /** All queries of the split when absent; else this many, from `offset` on in the split's seeded order, going round at its end. */
  queries: z.int().min(1).max(1_000_000).optional(),
  offset: z.int().min(0).default(0),
  /** Draws of each query at each temperature. */
  count: z.int().min(0).max(1024),
  temperatures: z.array(z.number().min(0).max(10)).max(32).default([1]),
  /** One greedy text more, whose `sample_idx` is -1. */
  greedy: z.boolean().default(false),
  maxTokens: z.int().min(1).max(8192).default(64),
  /** How a query becomes a prompt: a form of the task (`answer`, `strategy`, `instruct`, `grade`, `improve`, `search`). */
  form: z.string().min(1).max(40).default("answer"),
  /** What the form takes: strategies left, settings of a search. */
  options: z.record(z.string(), z.unknown()).default({}),
});
export type Draw = z.infer<typeof Draw>;

/** What a text is worth to the method that chooses among texts; `correct` comes from the task's verifier and is not this. */
export const Reward = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("verdict") }),
  /** Of the text under the weights in `slot` (base weights), per token when normalised. */
  z.object({ kind: z.literal("log-probability"), normalised: z.boolean() }),
  z.object({ kind: z.literal("majority") }),
  /** Cosine of image and text less the mean of that with other images, by the CLIP in `slot`, clipped to [-1, 1]. */
  z.object({ kind: z.literal("clip-margin"), slot: Slot, distractors: z.int().min(1).max(256).default(16) }),
  /** By the gap model in `slot`: how much better than the draft. */
  z.object({ kind: z.literal("gap"), slot: Slot }),
  /** Scores the policy wrote itself, parsed from the text of a `grade` form. */
  z.object({ kind: z.literal("grade") }),
  /** Of toy worlds: truth with noise, its opposite, or one constant. */
  z.object({ kind: z.literal("toy"), world: z.enum(["noisy", "deceptive", "constant"]), size: z.number().default(0) }),
]);
export type Reward = z.infer<typeof Reward>;

export const Score = z.object({
  reward: Reward,
  /** Adds the verifier's 0 or 1 to the reward, as B-STaR does. */
  addsVerdict: z.boolean().default(false),
});
export type Score = z.infer<typeof Score>;

export const objectives = ["sft", "dpo", "grpo", "sharpening-pairs", "gap", "contrastive"] as const;
/** One learning step. Defaults are plain; methods say which of theirs a paper prescribes. */
export const Learning = z.object({
  objective: z.enum(objectives),
  /** `base`: the loop's first weights of the slot; `current`: what the last promoted iteration left; `step`: what an earlier step of this iteration left; `none`: fresh ones. */
  from: z.enum(["base", "current", "step", "none"]),
  /** `inherited`: moments and place in the schedule of the weights it starts from. */
  optimiser: z.enum(["fresh", "inherited"]).default("fresh"),
  steps: z.int().min(0).max(1_000_000),
  /** Steps of the whole schedule, where it spans iterations. */
  scheduleSteps: z.int().min(1).optional(),
  batchSize: z.int().min(1).max(65_536),
  learningRate: z.number().positive(),
  minLearningRate: z.number().min(0).default(0),
  schedule: z.enum(["constant", "cosine", "linear"]).default("constant"),
  warmupSteps: z.int().min(0).default(0),
  weightDecay: z.number().min(0).default(0),
  clipNorm: z.number().positive().nullable().default(1),
  lora: z
    .object({ rank: z.int().min(1), alpha: z.number().positive(), dropout: z.number().min(0).max(1) })
    .nullable()
    .default(null),
  /** Of KL (grpo), of the implicit reward (dpo, sharpening-pairs). */
  beta: z.number().min(0).default(0.1),
  /** Clip of GRPO's ratio. */
  epsilon: z.number().min(0).max(1).default(0.2),
  /** GRPO divides by the population's or the sample's deviation (self-improvement-2 §0.2). */
  deviation: z.enum(["population", "sample"]).default("population"),
  /** Weight of XPO's optimism. */
  optimism: z.number().min(0).default(0),
});
export type Learning = z.infer<typeof Learning>;

/** Columns of `samples.parquet`: one row a drawn text. Absent values are null. */
export const sampleColumns = {
  query_id: "string",
  slice: "string",
  sample_idx: "int",
  temperature: "number",
  prompt: "string",
  text: "string",
  tokens: "int",
  /** Natural log of the text's probability under the weights that drew it, at temperature 1. */
  log_prob: "number",
  /** The same under the base weights; where the reward asks for it. */
  base_log_prob: "number",
  answer: "string",
  correct: "bool",
  reward: "number",
  /** Same key, same content: the sorted tags of a refinement, else the normalised text. Two ways to one answer are two contents. */
  key: "string",
  strategy: "string",
  draft: "string",
  /** JSON for what only one method needs (steps of a path, grades). */
  extra: "string",
} as const;

/** A row of `training.parquet`. `rejected`, `advantage` and log-probs are for the objectives that read them. */
export interface TrainingRow {
  query_id: string;
  prompt: string;
  target: string;
  rejected?: string | null;
  weight?: number | null;
  advantage?: number | null;
  log_prob?: number | null;
  base_log_prob?: number | null;
  rejected_base_log_prob?: number | null;
  /** The draft that target and rejected are compared with (gap), or that the improver reads. */
  draft?: string | null;
  source?: string | null;
}
