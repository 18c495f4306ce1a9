import { z } from "zod";
import { Benchmark } from "./datasets.ts";
import { EvaluationTask } from "./evaluation-tasks.ts";
import { Id, Uid } from "./ids.ts";
import { TrainRecipe } from "./recipe.ts";
import { RunBudget, RunPrices, RunSpent } from "./run-budgets.ts";
import { Selection } from "./select.ts";
import { hasOneStart, MixedVersion, trainStart } from "./train-start.ts";
import { StreamEntry } from "./streams.ts";

export const runKinds = [
  "ingest",
  "refine",
  "profile",
  "index",
  "select",
  "search",
  "train",
  "evaluate",
  "loop",
  "noop",
] as const;
export const RunKind = z.enum(runKinds);
export type RunKind = z.infer<typeof RunKind>;

export const runStatuses = ["queued", "running", "cancelling", "succeeded", "failed", "cancelled"] as const;
export const RunStatus = z.enum(runStatuses);
export type RunStatus = z.infer<typeof RunStatus>;
export const settledRunStatuses: readonly RunStatus[] = ["succeeded", "failed", "cancelled"];

/** Where refinements come from. An `openai` refiner is any OpenAI-compatible endpoint (vLLM and the like). */
export const Refiner = z.discriminatedUnion("provider", [
  z.object({ provider: z.literal("embedded"), model: z.string().max(100).default("emoji-refiner") }),
  z.object({
    provider: z.literal("openai"),
    baseUrl: z.url({ protocol: /^https?$/ }),
    model: z.string().min(1).max(200),
    /** Name of a secret the runner holds (`WHETSTONE_SECRET_<NAME>`), never the secret itself. */
    apiKeySecret: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
      .optional(),
    concurrency: z.int().min(1).max(1024).default(8),
    timeoutMs: z.int().min(100).max(600_000).default(60_000),
    maxRetries: z.int().min(0).max(10).default(4),
  }),
]);
export type Refiner = z.infer<typeof Refiner>;

/** Part of every run: how stubborn it is, and what it forgives. */
const policy = {
  name: z.string().max(200).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  maxAttempts: z.int().min(1).max(1000).default(8),
  /** How many failed tasks the run forgives; it then succeeds and names them in `failedTasks`. */
  tolerateFailedTasks: z.int().min(0).default(0),
};
/** Part of every run that is asked for by itself. A loop has a budget of its own. */
const common = { ...policy, budget: RunBudget.optional() };

export const CreateIngestRun = z.object({
  kind: z.literal("ingest"),
  ...common,
  datasetId: Id("dataset"),
  uploadIds: z.array(Id("upload")).min(1).max(10_000),
  options: z
    .object({
      maxShardSamples: z.int().min(1).max(100_000).default(2_000),
      maxShardBytes: z
        .int()
        .min(1024)
        .max(2 * 1024 ** 3)
        .default(256 * 1024 ** 2),
      maxImagePixels: z.int().min(1).default(64_000_000),
      maxImageBytes: z
        .int()
        .min(1)
        .max(256 * 1024 ** 2)
        .default(32 * 1024 ** 2),
      /** What of a benchmark set lies beside its archives: class names in the order of the indexes, templates, type. */
      benchmark: Benchmark.partial().optional(),
      /** Metadata `split` of all samples that tell none themselves. */
      split: z.string().min(1).max(100).optional(),
    })
    .prefault({}),
});
export const CreateRefineRun = z.object({
  kind: z.literal("refine"),
  ...common,
  versionId: Id("version"),
  refiner: Refiner.prefault({ provider: "embedded" }),
  /** Name of a prompt file of the refiner; `short` is HQ-CLIP's own. */
  prompt: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/)
    .default("short"),
  temperature: z.number().min(0).max(2).default(0),
});
/** Thumbnails of a version's images and, with a model, embeddings and how well each text fits: the next version. */
export const CreateProfileRun = z.object({
  kind: z.literal("profile"),
  ...common,
  versionId: Id("version"),
  modelId: Id("model").optional(),
  thumbnailPixels: z.int().min(32).max(512).default(160),
});
/** What makes filters, sorting and statistics quick on a version of many samples. The version stays as it is. */
export const CreateIndexRun = z.object({ kind: z.literal("index"), ...common, versionId: Id("version") });
/** The samples a selection keeps, as the next version. No image is copied. */
export const CreateSelectRun = z.object({
  kind: z.literal("select"),
  ...common,
  versionId: Id("version"),
  selection: Selection,
});
/** The samples of a version with embeddings whose images, or whose texts, are nearest to a text, an uploaded image or another sample's image. */
export const CreateSearchRun = z
  .object({
    kind: z.literal("search"),
    ...common,
    versionId: Id("version"),
    text: z.string().trim().min(1).max(2000).optional(),
    uploadId: Id("upload").optional(),
    uid: Uid.optional(),
    find: z.enum(["images", "texts"]).default("images"),
    limit: z.int().min(1).max(200).default(60),
  })
  .refine(({ text, uploadId, uid }) => [text, uploadId, uid].filter((one) => one !== undefined).length === 1, {
    message: "name one of text, uploadId and uid",
    path: ["text"],
  });
export const CreateTrainRun = z
  .object({
    kind: z.literal("train"),
    ...common,
    versionId: Id("version"),
    /** Versions to mix, `versionId` among them; by default that one alone. */
    data: z.array(MixedVersion).min(1).max(16).optional(),
    modelName: z.string().trim().min(1).max(100),
    ...trainStart,
    /** Start from fresh weights of the model's architecture instead. */
    fromScratch: z.boolean().default(false),
    recipe: TrainRecipe.prefault({}),
    stream: StreamEntry.optional(),
  })
  .refine(hasOneStart, {
    path: ["initModelId"],
    message: "name one start: initModelId, hub or architecture",
  })
  .refine(({ versionId, data }) => !data || data.some((mixed) => mixed.versionId === versionId), {
    path: ["data"],
    message: "versionId must be among the versions to mix",
  });
/** A model judged on a version by `tasks`, or on every set of a suite. */
export const CreateEvaluateRun = z
  .object({
    kind: z.literal("evaluate"),
    ...common,
    modelId: Id("model"),
    versionId: Id("version").optional(),
    suiteId: Id("suite").optional(),
    /** Where linear probes and kNN learn: all samples of this version. By default the samples of `trainSplit` in `versionId`. */
    trainVersionId: Id("version").optional(),
    tasks: z.array(EvaluationTask).min(1).max(10).optional(),
    /** Looks for test samples among those of this version; by default of the one the model was trained on, null for none. */
    contamination: z
      .object({ against: Id("version") })
      .nullable()
      .optional(),
    metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
    /** Gets the main figure of the first of the tasks. */
    stream: StreamEntry.optional(),
  })
  .refine(({ versionId, suiteId }) => (versionId === undefined) !== (suiteId === undefined), {
    message: "name either versionId or suiteId",
    path: ["versionId"],
  })
  .refine(({ versionId, tasks }) => (versionId === undefined) === (tasks === undefined), {
    message: "tasks go with a version; a suite brings its own",
    path: ["tasks"],
  });
/** Tasks that do nothing: measures the orchestration alone. */
export const CreateNoopRun = z.object({
  kind: z.literal("noop"),
  ...common,
  taskCount: z.int().min(1).max(100_000),
  sleepMs: z.int().min(0).max(60_000).default(0),
});

export const CreateRun = z
  .discriminatedUnion("kind", [
    CreateIngestRun,
    CreateRefineRun,
    CreateProfileRun,
    CreateIndexRun,
    CreateSelectRun,
    CreateSearchRun,
    CreateTrainRun,
    CreateEvaluateRun,
    CreateNoopRun,
  ])
  .meta({ id: "CreateRun" });
export type CreateRun = z.infer<typeof CreateRun>;
/** `budget` takes the place of the run's own. */
export const RetryRun = z.object({ budget: RunBudget.optional() }).meta({ id: "RetryRun" });
export type RetryRun = z.infer<typeof RetryRun>;

/** A loop's run, made with the loop by `POST /v1/loops`. */
export const LoopRunParams = z.object({ kind: z.literal("loop"), ...policy, loopId: Id("loop") });
export type LoopRunParams = z.infer<typeof LoopRunParams>;
/** What a run was asked, in its row. */
export type RunParams = CreateRun | LoopRunParams;
/** What a client writes: fields with a default may be left out. */
export type CreateRunInput = z.input<typeof CreateRun>;

export const TaskCounts = z.object({
  total: z.int(),
  queued: z.int(),
  leased: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  cancelled: z.int(),
});
export type TaskCounts = z.infer<typeof TaskCounts>;

export const Progress = z.object({ done: z.number(), total: z.number(), unit: z.string() });
export type Progress = z.infer<typeof Progress>;

export const Run = z
  .object({
    id: Id("run"),
    object: z.literal("run"),
    kind: RunKind,
    name: z.string().nullable(),
    status: RunStatus,
    params: z.record(z.string(), z.unknown()).meta({ description: "the request, defaults filled in" }),
    tasks: TaskCounts,
    progress: Progress,
    /** What the run made; each id is null until it exists. */
    output: z.object({
      versionId: z.string().nullable(),
      modelId: z.string().nullable(),
      evaluationId: z.string().nullable(),
    }),
    counts: z
      .record(z.string(), z.number())
      .meta({ description: "sums of the tasks' counts: samples, rejects, tokens ..." }),
    budget: z.object({ limits: RunBudget.nullable(), spent: RunSpent }),
    prices: RunPrices.nullable().meta({ description: "as they were when the run was asked for" }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Run" });
export type Run = z.infer<typeof Run>;

export const runEventTypes = [
  "run.queued",
  "run.running",
  "run.progress",
  "run.retried",
  "run.cancelling",
  "run.succeeded",
  "run.failed",
  "run.cancelled",
  "task.retried",
  "task.failed",
  "task.metrics",
  "task.look",
  "task.alarm",
  "task.stopped",
  "stream.refused",
  "step.started",
  "step.finished",
  "iteration.finished",
  "loop.paused",
  "loop.resumed",
  "loop.promoted",
] as const;

/** One line of a run's story; `id` orders them and is the SSE event id. `run.progress` carries the whole Run as data. */
export const RunEvent = z
  .object({
    id: z.int(),
    type: z.enum(runEventTypes),
    at: z.iso.datetime(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "RunEvent" });
export type RunEvent = z.infer<typeof RunEvent>;
