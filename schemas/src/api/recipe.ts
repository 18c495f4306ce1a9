import { z } from "zod";

const probability = z.number().min(0).max(1);

/**
 * How a CLIP model is trained. HQ-CLIP (arXiv 2507.22431) publishes the parts and not their weights, so every weight is a value
 * here; the plain arm is the same program with `positiveProbability`, `hni.weight` and `tags.weight` at zero.
 */
export const TrainRecipe = z
  .object({
    steps: z.int().min(1).max(10_000_000).default(300),
    batchSize: z.int().min(2).max(131_072).default(128),
    learningRate: z.number().positive().default(1e-3),
    warmupSteps: z.int().min(0).default(30),
    weightDecay: z.number().min(0).default(0.2),
    /** Probability that a sample's positive text is d+ rather than the raw alt-text. */
    positiveProbability: probability.default(0),
    /** Hard-negative identification: which text is mine, own d- or t- as the negative (HQ-CLIP §2.3 of the reference). */
    hni: z.object({ weight: z.number().min(0).default(0), tagProbability: probability.default(0.5) }).prefault({}),
    /** Short-tag classification on t+: multi-label BCE over the most frequent tags. */
    tags: z.object({ weight: z.number().min(0).default(0), vocabularySize: z.int().min(1).default(512) }).prefault({}),
    augment: z
      .object({ shift: probability.default(0.1), scale: probability.default(0.15), flip: z.boolean().default(false) })
      .prefault({}),
    checkpointEverySteps: z.int().min(1).default(100),
    precision: z.enum(["fp32", "bf16"]).default("fp32"),
  })
  .meta({ id: "TrainRecipe" });
export type TrainRecipe = z.infer<typeof TrainRecipe>;

/** An open_clip model config (`embed_dim`, `vision_cfg`, `text_cfg`), kept whole and checked by open_clip itself. */
export const Architecture = z.looseObject({
  embed_dim: z.int().min(1),
  vision_cfg: z.record(z.string(), z.unknown()),
  text_cfg: z.record(z.string(), z.unknown()),
});
export type Architecture = z.infer<typeof Architecture>;
