import { z } from "zod";
import { Augment } from "./recipe/augment.ts";
import { CaptionMix } from "./recipe/captions.ts";
import { Continual } from "./recipe/continual.ts";
import { Contrastive } from "./recipe/contrastive.ts";
import { DataPath } from "./recipe/data.ts";
import { Hni } from "./recipe/hni.ts";
import { Scale } from "./recipe/scale.ts";
import { Tags } from "./recipe/tags.ts";
import { Watch } from "./recipe/watch.ts";

/**
 * How a CLIP model is trained. HQ-CLIP (arXiv 2507.22431) publishes the parts and not their weights, so every weight is a value
 * here; the plain arm is the same program with `positiveProbability`, `hni.weight` and `tags.weight` at zero.
 * Groups of values are files of `recipe/`; `gpu-runners/trainer/trainer/recipe.py` mirrors them and a test compares the two.
 */
export const TrainRecipe = z
  .object({
    steps: z.int().min(1).max(10_000_000).default(300),
    batchSize: z.int().min(2).max(131_072).default(128),
    learningRate: z.number().positive().default(1e-3),
    warmupSteps: z.int().min(0).default(30),
    weightDecay: z.number().min(0).default(0.2),
    /** AdamW's second moment: open_clip's 0.98; DataComp's xlarge uses 0.95. */
    beta2: z.number().min(0).max(0.999_999).default(0.98),
    /** Tokens a text may have; null keeps the model's own. Longer than that, positions are interpolated as Long-CLIP does. */
    context: z.int().min(8).max(248).nullable().default(null),
    /** Probability that a sample's positive text is d+ rather than the raw alt-text. */
    positiveProbability: z.number().min(0).max(1).default(0),
    captions: CaptionMix.prefault({}),
    contrastive: Contrastive.prefault({}),
    hni: Hni.prefault({}),
    tags: Tags.prefault({}),
    augment: Augment.prefault({}),
    continual: Continual.prefault({}),
    watch: Watch.prefault({}),
    checkpointEverySteps: z.int().min(1).default(100),
    precision: z.enum(["fp32", "bf16"]).default("fp32"),
    data: DataPath.prefault({}),
    scale: Scale.prefault({}),
  })
  .refine(
    ({ contrastive, hni }) => !(contrastive.form === "siglip" && hni.form === "in-denominator" && hni.weight > 0),
    { path: ["hni", "form"], error: "in-denominator needs contrastive.form infonce: a sigmoid has no denominator" },
  )
  .meta({ id: "TrainRecipe" });
export type TrainRecipe = z.infer<typeof TrainRecipe>;

/** An open_clip model config (`embed_dim`, `vision_cfg`, `text_cfg`), kept whole and checked by open_clip itself. */
export const Architecture = z.looseObject({
  embed_dim: z.int().min(1),
  vision_cfg: z.record(z.string(), z.unknown()),
  text_cfg: z.record(z.string(), z.unknown()),
});
export type Architecture = z.infer<typeof Architecture>;
