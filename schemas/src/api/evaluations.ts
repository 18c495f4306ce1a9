import { z } from "zod";
import { Id } from "./ids.ts";
import { EvaluationTask, RunStatus } from "./runs.ts";

const share = z.number().min(0).max(1);

export const ClassificationScores = z.object({
  type: z.literal("zero-shot-classification"),
  sampleCount: z.int(),
  classCount: z.int(),
  acc1: share,
  acc5: share.nullable().meta({ description: "null below five classes" }),
  meanPerClassRecall: share,
});
export const RetrievalScores = z.object({
  type: z.literal("retrieval"),
  sampleCount: z.int(),
  textToImage: z.object({ r1: share, r5: share, r10: share }),
  imageToText: z.object({ r1: share, r5: share, r10: share }),
});
const Summary = z.object({ mean: z.number(), sd: z.number(), count: z.int() });
export const TextScores = z.object({
  type: z.literal("text-scores"),
  sampleCount: z.int(),
  /** Cosine of image and text x 100. */
  clip: z.object({ raw: Summary, positive: Summary.nullable(), negative: Summary.nullable() }),
  /** t+ against gold tags (metadata `tags`), micro-averaged. */
  tags: z.object({ precision: share, recall: share, f1: share, count: z.int() }).nullable(),
  /** Share of d+ that name the gold label, and of d- that do (they must not). */
  label: z.object({ positive: share, negative: share, raw: share, count: z.int() }).nullable(),
});
export const EvaluationScores = z.discriminatedUnion("type", [ClassificationScores, RetrievalScores, TextScores]);
export type EvaluationScores = z.infer<typeof EvaluationScores>;

export const Evaluation = z
  .object({
    id: Id("evaluation"),
    object: z.literal("evaluation"),
    runId: Id("run"),
    modelId: Id("model"),
    versionId: Id("version"),
    status: RunStatus,
    tasks: z.array(EvaluationTask),
    scores: z.array(EvaluationScores).nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Evaluation" });
export type Evaluation = z.infer<typeof Evaluation>;

export const CreateEvaluation = z
  .object({
    modelId: Id("model"),
    versionId: Id("version"),
    tasks: z
      .array(EvaluationTask)
      .min(1)
      .max(10)
      .default([{ type: "zero-shot-classification", templates: ["{}", "an image of {}"] }]),
    name: z.string().max(200).optional(),
  })
  .meta({ id: "CreateEvaluation" });
export type CreateEvaluation = z.infer<typeof CreateEvaluation>;
