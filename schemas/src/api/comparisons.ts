import { z } from "zod";
import { Interval } from "./evaluation-scores.ts";
import { Id } from "./ids.ts";

export const maxCompared = 10;

export const CompareEvaluations = z
  .object({
    evaluationIds: z
      .array(Id("evaluation"))
      .min(2)
      .max(maxCompared)
      .refine((ids) => new Set(ids).size === ids.length, "name each evaluation once"),
  })
  .meta({ id: "CompareEvaluations" });
export type CompareEvaluations = z.infer<typeof CompareEvaluations>;

/** Two models on the same units of one set. */
export const Pair = z.object({
  a: Id("evaluation"),
  b: Id("evaluation"),
  /** Mean of `b` less that of `a`, with a 95 % paired bootstrap interval. */
  difference: z.number(),
  interval: Interval.nullable(),
  /** Units that only one of them gets right. */
  onlyA: z.int(),
  onlyB: z.int(),
  /** McNemar's exact test, two-sided. */
  pValue: z.number(),
  /** By Holm's method over all tests of the answer. */
  adjustedPValue: z.number(),
  isSignificant: z.boolean().meta({ description: "the adjusted p-value is below 0.05" }),
  sentence: z.string(),
});
export type Pair = z.infer<typeof Pair>;

export const Comparison = z
  .object({
    object: z.literal("comparison"),
    evaluations: z.array(z.object({ id: Id("evaluation"), modelId: Id("model"), model: z.string() })),
    comparisons: z.array(
      z.object({
        set: z.string(),
        versionId: Id("version"),
        task: z.string(),
        /** Empty, or the half of a retrieval. */
        part: z.string(),
        /** Units that all of them were scored on. */
        count: z.int(),
        means: z.array(z.object({ evaluationId: Id("evaluation"), value: z.number() })),
        pairs: z.array(Pair),
      }),
    ),
    skipped: z.array(z.object({ set: z.string(), reason: z.string() })),
    note: z.string(),
  })
  .meta({ id: "Comparison" });
export type Comparison = z.infer<typeof Comparison>;
