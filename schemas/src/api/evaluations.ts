import { z } from "zod";
import { EvaluationScores, Interval } from "./evaluation-scores.ts";
import { EvaluationTask } from "./evaluation-tasks.ts";
import { Id, Sha256, Uid } from "./ids.ts";
import { RunBudget } from "./run-budgets.ts";
import { RunStatus } from "./runs.ts";
import { StreamEntry } from "./streams.ts";

/** Test samples that the model has seen, or nearly: found in the version named by `against`, which is what it was trained on. */
export const Contamination = z.object({
  sampleCount: z.int(),
  /** Same image bytes. */
  exactCount: z.int(),
  /** Another image whose perceptual hash differs in `maxDistance` of 64 bits at most. */
  nearCount: z.int(),
  maxDistance: z.int(),
  /** Samples of either side without a perceptual hash (plain surfaces, or ingested before there were any): only exact copies of them are found. */
  hashlessCount: z.int(),
  seenSampleCount: z.int(),
  /** The closest ones; all are in `contamination.csv`. */
  examples: z.array(z.object({ uid: Uid, seenUid: Uid, distance: z.int() })).max(20),
  /** Scores of the same tasks over the other samples; null when too few are left to score. */
  cleanScores: z.array(EvaluationScores).nullable(),
});
export type Contamination = z.infer<typeof Contamination>;

/** What became of one benchmark set. */
export const EvaluationResult = z.object({
  name: z.string(),
  versionId: Id("version"),
  groups: z.array(z.string()),
  status: z.enum(["succeeded", "failed", "cancelled"]),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** The figure the set is told by. */
  main: z.object({ metric: z.string(), value: z.number(), interval: Interval.nullable() }).nullable(),
  /** The same without the samples the model has seen. */
  cleanMain: z.object({ metric: z.string(), value: z.number(), interval: Interval.nullable() }).nullable(),
  scores: z.array(EvaluationScores).nullable().meta({ description: "in lists null: get the evaluation" }),
  contamination: Contamination.nullable(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.int(), sha256: Sha256 })),
});
export type EvaluationResult = z.infer<typeof EvaluationResult>;

/** A plain mean of main figures. It says of how many, so a mean of a part is never taken for the whole. */
export const Aggregate = z.object({
  name: z.string(),
  label: z.string().meta({ example: "average of the 3 present of 38" }),
  value: z.number().nullable(),
  count: z.int(),
  of: z.int(),
  isComplete: z.boolean(),
  missing: z.array(z.string()),
});
export type Aggregate = z.infer<typeof Aggregate>;

/** Up to 16 pairs of a caller's own, as OpenAI's objects have them. */
export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "16 pairs at most");

export const Evaluation = z
  .object({
    id: Id("evaluation"),
    object: z.literal("evaluation"),
    name: z.string().nullable(),
    runId: Id("run"),
    modelId: Id("model"),
    versionId: Id("version").nullable().meta({ description: "null when a suite was evaluated" }),
    suiteId: Id("suite").nullable(),
    status: RunStatus,
    tasks: z.array(EvaluationTask).meta({ description: "of the version; a suite's sets have their own" }),
    scores: z.array(EvaluationScores).nullable().meta({ description: "of the version; a suite's are in results" }),
    resultCounts: z.object({ total: z.int(), succeeded: z.int(), failed: z.int() }),
    results: z.array(EvaluationResult).nullable(),
    aggregates: z.array(Aggregate).nullable(),
    contaminationAgainst: Id("version").nullable(),
    reportUrl: z.string().meta({ description: "path of the results as a page" }),
    metadata: z.record(z.string(), z.string()),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Evaluation" });
export type Evaluation = z.infer<typeof Evaluation>;

const isOne = (...values: unknown[]) => values.filter((value) => value !== undefined).length === 1;
const Ref = z.string().min(1).max(120);

export const CreateEvaluation = z
  .object({
    model: Ref.optional().meta({ description: "id, name (its latest number) or name@number" }),
    modelId: Id("model").optional(),
    suite: Ref.optional().meta({ description: "id or name" }),
    dataset: Ref.optional().meta({ description: "id or name; its latest version" }),
    versionId: Id("version").optional(),
    tasks: z
      .array(EvaluationTask)
      .min(1)
      .max(10)
      .optional()
      .meta({ description: "by default zero-shot classification" }),
    trainVersionId: Id("version").optional(),
    /** By default the version the model was trained on, where that is known; null looks for none. */
    contamination: z
      .object({ against: Id("version") })
      .nullable()
      .optional(),
    name: z.string().max(200).optional(),
    budget: RunBudget.optional(),
    /** A stream to write the main figure of the first task into. */
    stream: StreamEntry.optional(),
    metadata: Metadata.optional(),
  })
  .refine((body) => isOne(body.model, body.modelId), { message: "name one model", path: ["model"] })
  .refine((body) => isOne(body.suite, body.dataset, body.versionId), {
    message: "name one of suite, dataset and versionId",
    path: ["suite"],
  })
  .refine((body) => body.suite === undefined || (body.tasks === undefined && body.trainVersionId === undefined), {
    message: "a suite brings its own tasks",
    path: ["tasks"],
  })
  .meta({ id: "CreateEvaluation" });
export type CreateEvaluation = z.infer<typeof CreateEvaluation>;

/** Files of a set with addresses, such as `predictions.parquet`. */
export const EvaluationFiles = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        set: z.string(),
        name: z.string(),
        sizeBytes: z.int(),
        sha256: Sha256,
        url: z.url(),
        expiresAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: "EvaluationFiles" });
export type EvaluationFiles = z.infer<typeof EvaluationFiles>;

export const resultFormats = ["json", "csv", "html", "openai"] as const;
export const ResultsQuery = z.object({ format: z.enum(resultFormats).default("json") });

/** A link that shows one evaluation's page to whoever has it, until it ends or is revoked. */
export const Share = z
  .object({
    id: Id("share"),
    object: z.literal("share"),
    evaluationId: Id("evaluation"),
    expiresAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Share" });
export type Share = z.infer<typeof Share>;
export const NewShare = Share.extend({ url: z.url().meta({ description: "shown this once" }) }).meta({
  id: "NewShare",
});
export type NewShare = z.infer<typeof NewShare>;
export const CreateShare = z.object({ expiresInDays: z.int().min(1).max(365).default(30) }).meta({ id: "CreateShare" });
export type CreateShare = z.infer<typeof CreateShare>;
