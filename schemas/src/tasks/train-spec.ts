import { z } from "zod";
import { TrainRecipe } from "../api/recipe.ts";
import { Prediction } from "../api/training-curve.ts";

/**
 * `spec.json` of the training program (`gpu-runners/trainer`): what to train, and where its files are. Paths are relative to
 * the spec's folder. Python reads this schema's JSON form, `schemas/json/train-spec.json`.
 */
export const TrainSpec = z
  .strictObject({
    format: z.literal("whetstone-train/1"),
    name: z.string(),
    seed: z.int(),
    recipe: TrainRecipe,
    from_scratch: z.boolean(),
    init: z.string().min(1).meta({ description: "folder with model.json, tokenizer.json and weights.safetensors" }),
    data: z
      .array(
        z.strictObject({
          shard: z.string().min(1),
          base: z.string().min(1),
          refined: z.string().min(1).nullable().default(null),
          is_earlier: z
            .boolean()
            .default(false)
            .meta({ description: "the model training starts from has learned from it" }),
          source: z.int().min(0).default(0).meta({ description: "which of the mixed versions it is of" }),
          samples: z.int().min(1).nullable().default(null).meta({ description: "counted by the layer when null" }),
        }),
      )
      .min(1),
    weights: z
      .array(z.number().positive())
      .nullable()
      .default(null)
      .meta({ description: "of the mixed versions, by source; null when there is one" }),
    is_lent: z
      .boolean()
      .default(false)
      .meta({ description: "shards are not there yet: ask for them with `need` events, give them back with `free`" }),
    architecture: z
      .string()
      .nullable()
      .default(null)
      .meta({ description: "of open_clip, by name; `init` is then made" }),
    hub_id: z.string().nullable().default(null).meta({ description: "checkpoint to start from; `init` is then made" }),
    hub_revision: z.string().nullable().default(null),
    output: z.string().min(1),
    checkpoint_dir: z.string().min(1),
    resume: z.string().min(1).nullable().default(null).meta({ description: "a checkpoint of the same training" }),
    threads: z.int().min(1).max(1024).default(1),
    image_cache_bytes: z
      .int()
      .min(0)
      .default(4 * 1024 ** 3)
      .meta({ description: "images are kept decoded while all fit in this" }),
    code_version: z.string().default("unknown"),
    origin: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "ids and hashes of run, data and start, told again in model.json" }),
  })
  .meta({ id: "TrainSpec" });
export type TrainSpec = z.infer<typeof TrainSpec>;

const measure = z.number().nullish();

/** A line of `curve.jsonl`, in Python's spelling. */
const curveLine = {
  step: z.int(),
  loss: z.number(),
  loss_clip: measure,
  loss_hni: measure,
  loss_tags: measure,
  loss_distillation: measure,
  loss_ewc: measure,
  loss_l2sp: measure,
  lr: measure,
  logit_scale: measure,
  grad_norm: measure,
  samples_per_second: measure,
  memory_bytes: measure,
  gpu_memory_bytes: measure,
};
export const CurveLine = z.object(curveLine);
export type CurveLine = z.infer<typeof CurveLine>;

/** A line of the program's stdout and of `events.jsonl`. */
export const TrainEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), step: z.int(), total_steps: z.int() }),
  z.object({ type: z.literal("progress"), total_steps: z.int(), ...curveLine }),
  z.object({
    type: z.literal("look"),
    step: z.int(),
    loss: z.number(),
    recall_at_1: z.number(),
    held_out: z.boolean(),
    predictions: z.array(Prediction),
  }),
  z.object({ type: z.literal("alarm"), step: z.int(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("stop"), step: z.int(), best_step: z.int(), loss: z.number() }),
  z.object({ type: z.literal("checkpoint"), path: z.string(), step: z.int() }),
  z.object({ type: z.literal("need"), names: z.array(z.string()) }),
  z.object({ type: z.literal("free"), names: z.array(z.string()) }),
  z.object({
    type: z.literal("done"),
    metrics: z.record(z.string(), z.unknown()),
    counts: z.record(z.string(), z.number()),
  }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type TrainEvent = z.infer<typeof TrainEvent>;
