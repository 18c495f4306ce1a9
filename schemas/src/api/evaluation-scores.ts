import { z } from "zod";
import { Corruption } from "./evaluation-tasks.ts";

const share = z.number().min(0).max(1);

/** Bounds of a 95 % percentile bootstrap interval. */
export const Interval = z.object({ low: z.number(), high: z.number() });
export type Interval = z.infer<typeof Interval>;

const common = {
  sampleCount: z.int(),
  /** The figure this task is usually told by, and its path among the scores. */
  main: z.object({ metric: z.string(), value: z.number() }),
  /** By path of the figure, such as `acc1` or `textToImage.r1`. */
  intervals: z.record(z.string(), Interval),
};
const ClassRow = z.object({ name: z.string(), count: z.int(), recall: share, precision: share, f1: share });
const Confusion = z.object({ label: z.string(), predicted: z.string(), count: z.int() });
const GroupRow = z.object({ group: z.string(), count: z.int(), acc1: share, acc5: share.nullable() });
/** Expected calibration error over 15 equally wide bins of confidence (Guo et al., ICML 2017), empty bins left out. */
const Calibration = z.object({
  ece: share,
  logitScale: z.number(),
  bins: z.array(z.object({ low: share, count: z.int(), confidence: share, accuracy: share })).max(15),
});
const classification = {
  ...common,
  classCount: z.int(),
  /** Classes that no sample is labelled with; they can be predicted but count in no mean over classes. */
  emptyClassCount: z.int(),
  /** Samples without a label, or with one that is not among the classes. */
  skippedCount: z.int(),
  acc1: share,
  acc5: share.nullable().meta({ description: "null below five classes" }),
  meanPerClassRecall: share,
  /** Unweighted mean of F1 over the classes with samples (WILDS' F1-macro_all). */
  macroF1: share,
  /** The classes of lowest recall; all are in `per-class.csv`. */
  classes: z.array(ClassRow).max(100),
  /** The most frequent mistakes; all are in `confusion.csv`. */
  confusions: z.array(Confusion).max(50),
};

export const ClassificationScores = z.object({
  type: z.literal("zero-shot-classification"),
  ...classification,
  groups: z
    .object({
      field: z.string(),
      count: z.int(),
      worstAcc1: share,
      worstAcc1Group: z.string(),
      worstAcc5: share.nullable(),
      worstAcc5Group: z.string().nullable(),
      /** The worst groups by acc1. */
      table: z.array(GroupRow).max(100),
    })
    .nullable(),
  calibration: Calibration,
});
export const MultiLabelScores = z.object({
  type: z.literal("multi-label-classification"),
  ...common,
  classCount: z.int(),
  emptyClassCount: z.int(),
  skippedCount: z.int(),
  /** Mean over the classes with samples of the average precision. */
  meanAveragePrecision: share,
  classes: z.array(z.object({ name: z.string(), count: z.int(), averagePrecision: share })).max(100),
});
export const RetrievalScores = z.object({
  type: z.literal("retrieval"),
  ...common,
  imageCount: z.int(),
  textToImage: z.object({ r1: share, r5: share, r10: share }),
  imageToText: z.object({ r1: share, r5: share, r10: share }),
  /** Half of both R@1: DataComp's `mean_recall@1`. */
  meanRecallAt1: share,
  /** Captions that several images share; each image may find them. */
  sharedCaptionCount: z.int(),
});
export const CompositionalScores = z.object({
  type: z.literal("compositional-pairs"),
  ...common,
  /** The figure by the task's `aggregate` rule. */
  aggregate: share,
  /** Share of all samples that are right. */
  accuracy: share,
  skippedCount: z.int(),
  /** Subsets of the benchmark that the data lacks: with any, `aggregate` is not comparable to published figures. */
  missingSubsets: z.array(z.string()),
  subsets: z
    .array(z.object({ name: z.string(), count: z.int(), accuracy: share, chance: share, interval: Interval }))
    .max(500),
});
export const AssociationScores = z.object({
  type: z.literal("association"),
  ...common,
  instanceCount: z.int(),
  jaccard: share,
  /** Of instances with 5 or 6 candidates, and with 10 to 12; null where there are none. */
  jaccard5to6: share.nullable(),
  jaccard10to12: share.nullable(),
});
export const LinearProbeScores = z.object({
  type: z.literal("linear-probe"),
  ...classification,
  trainCount: z.int(),
  lambda: z.number(),
  /** What was tried: accuracy on the held-out fifth of the training samples. */
  sweep: z.array(z.object({ lambda: z.number(), accuracy: share })).max(97),
  iterations: z.int(),
  hasConverged: z.boolean(),
});
export const KnnScores = z.object({ type: z.literal("knn"), ...classification, trainCount: z.int(), k: z.int() });
export const TagScores = z.object({
  type: z.literal("tag-prediction"),
  ...common,
  vocabularySize: z.int(),
  /** True tags that the vocabulary lacks; they count as missed in recall. */
  unknownTagCount: z.int(),
  k: z.int(),
  precision: share,
  recall: share,
  f1: share,
  meanAveragePrecision: share,
});
export const RobustnessScores = z.object({
  type: z.literal("robustness"),
  ...common,
  classCount: z.int(),
  skippedCount: z.int(),
  cleanAcc1: share,
  /** Mean of acc1 over all corruptions and strengths. */
  meanCorruptionAccuracy: share,
  /** Mean over corruptions of the corruption's mean error divided by the clean error; null when the clean error is 0. */
  relativeError: z.number().nullable(),
  corruptions: z.array(z.object({ name: Corruption, acc1: z.array(share).length(5), mean: share })),
});
const Summary = z.object({ mean: z.number(), sd: z.number(), count: z.int() });
export const TextScores = z.object({
  type: z.literal("text-scores"),
  ...common,
  /** Cosine of image and text x 100. */
  clip: z.object({ raw: Summary, positive: Summary.nullable(), negative: Summary.nullable() }),
  /** t+ against gold tags (metadata `tags`), micro-averaged. */
  tags: z.object({ precision: share, recall: share, f1: share, count: z.int() }).nullable(),
  /** Share of d+ that name the gold label, and of d- that do (they must not). */
  label: z.object({ positive: share, negative: share, raw: share, count: z.int() }).nullable(),
});

/** Scores of one task, in the order of the evaluation's tasks. */
export const EvaluationScores = z.discriminatedUnion("type", [
  ClassificationScores,
  MultiLabelScores,
  RetrievalScores,
  CompositionalScores,
  AssociationScores,
  LinearProbeScores,
  KnnScores,
  TagScores,
  RobustnessScores,
  TextScores,
]);
export type EvaluationScores = z.infer<typeof EvaluationScores>;

/** A figure by its path, such as `acc1`, `textToImage.r1` or `groups.worstAcc1`; undefined where the scores have none. */
export function findMetric(scores: EvaluationScores, path: string): number | undefined {
  let value: unknown = scores;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === "number" ? value : undefined;
}
