import { z } from "zod";

/** Zero-shot prompts when neither the task nor the version brings any. */
export const defaultTemplates: readonly string[] = ["{}", "an image of {}"];

/** Those that move pixels or lay weather over them. */
export const movingCorruptions = [
  "glass_blur",
  "motion_blur",
  "zoom_blur",
  "snow",
  "fog",
  "elastic_transform",
] as const;
/**
 * Corruptions of Hendrycks & Dietterich (ICLR 2019), by the names of their program. Left out: `frost`, which needs photographs of frost, and `spatter`, which is made
 * of OpenCV's edges and distances.
 */
export const corruptions = [
  "gaussian_noise",
  "shot_noise",
  "impulse_noise",
  "speckle_noise",
  "gaussian_blur",
  "defocus_blur",
  "brightness",
  "contrast",
  "saturate",
  "jpeg_compression",
  "pixelate",
  ...movingCorruptions,
] as const;
export const Corruption = z.enum(corruptions);
export type Corruption = z.infer<typeof Corruption>;

/** How subset accuracies of compositional pairs make one figure (VLC's rules for the three benchmarks). */
export const pairAggregates = ["mean-of-subsets", "sugar-crepe", "aro", "valse"] as const;

/** Name of a field of a sample's metadata. */
const Field = z.string().min(1).max(100);
/** Only samples whose metadata `split` is this one; all when left out. */
const split = z.string().min(1).max(100).optional();
/** `{}` stands for the class name. By default those of the version, else `defaultTemplates`. */
const templates = z.array(z.string().max(300).includes("{}")).min(1).max(200).optional();
/** Class names in order; by default those of the version, else its distinct labels, sorted. */
const classNames = z.array(z.string().min(1).max(300)).min(2).max(50_000).optional();
const trained = {
  split: z.string().min(1).max(100).default("test"),
  trainSplit: z.string().min(1).max(100).default("train"),
  classNames,
};

export const EvaluationTask = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("zero-shot-classification"),
    templates,
    classNames,
    split,
    /** Accuracy is told for each value of this metadata field (`npy.0`: the first of a list), and the worst of them. */
    groupField: Field.default("group"),
    /** Groups that can't be the worst, such as FMoW's region `Other`. */
    ignoreGroups: z.array(z.string().max(300)).max(1000).default([]),
  }),
  /** Several labels an image (metadata `labels`): average precision of each class. */
  z.object({ type: z.literal("multi-label-classification"), templates, classNames, split }),
  /** All captions of an image (metadata `captions`, else its text) against all images. */
  z.object({ type: z.literal("retrieval"), split }),
  /** Is the true caption closer to its image than each of its negatives (metadata `negative_captions` or `negative_caption`)? */
  z.object({
    type: z.literal("compositional-pairs"),
    split,
    subsetField: Field.default("subset"),
    aggregate: z.enum(pairAggregates).default("mean-of-subsets"),
  }),
  /** WinoGAViL: which candidates go with a cue (metadata `associations`: a list of `{instance, cue, is_match}`)? */
  z.object({ type: z.literal("association"), split }),
  /** Multinomial logistic regression on frozen image embeddings, L2 strength swept on a held-out fifth of the training samples. */
  z.object({
    type: z.literal("linear-probe"),
    ...trained,
    /** Strengths of the L2 penalty to choose among; the default is CLIP's binary search over 97 values from 1e-6 to 1e6. */
    lambdas: z.array(z.number().positive()).min(1).max(97).optional(),
    maxIterations: z.int().min(1).max(10_000).default(1000),
  }),
  /** Nearest training images vote, each with weight exp(cosine / temperature). */
  z.object({
    type: z.literal("knn"),
    ...trained,
    k: z.int().min(1).max(1000).default(20),
    temperature: z.number().positive().max(100).default(0.07),
  }),
  /** Tags of a vocabulary ranked for each image; the truth is t+ or the metadata's `tags`. */
  z.object({
    type: z.literal("tag-prediction"),
    templates,
    split,
    truth: z.enum(["refined", "metadata"]).default("refined"),
    /** Tags to choose among; by default the most frequent ones of the truth. */
    vocabulary: z.array(z.string().min(1).max(300)).min(2).max(50_000).optional(),
    vocabularySize: z.int().min(2).max(50_000).default(1000),
    /** How many tags are predicted for an image. */
    k: z.int().min(1).max(100).default(5),
  }),
  /** Zero-shot classification of corrupted images at five strengths. */
  z.object({
    type: z.literal("robustness"),
    templates,
    classNames,
    split,
    corruptions: z
      .array(Corruption)
      .min(1)
      .max(corruptions.length)
      .default([...corruptions]),
    /** Samples taken at even distances when there are more. */
    maxSamples: z.int().min(1).max(1_000_000).default(2000),
  }),
  /** Mean CLIP score (cosine x 100) of raw, d+ and d- texts; tag F1 and label accuracy where the metadata has gold tags or labels. */
  z.object({ type: z.literal("text-scores") }),
]);
export type EvaluationTask = z.infer<typeof EvaluationTask>;
/** What a client writes: fields with a default may be left out. */
export type EvaluationTaskInput = z.input<typeof EvaluationTask>;
export const evaluationTaskTypes = EvaluationTask.options.map(({ shape }) => shape.type.value);
