import { z } from "zod";
import { Id, Sha256 } from "./ids.ts";
import { policyKinds } from "./policy-kinds.ts";
import { HubCheckpoint } from "./train-start.ts";

export const methodIds = ["hq-clip-cycle", "b-star", "sharpening", "i-sheep", "pit", "smart", "sra-mcts"] as const;
export const MethodId = z.enum(methodIds);
export type MethodId = z.infer<typeof MethodId>;

/** A parameter of a method: where its default comes from, and what may stand there instead. */
export const MethodParameter = z.object({
  name: z.string(),
  description: z.string(),
  default: z.unknown(),
  source: z.enum(["paper", "repo", "ours"]),
  schema: z.record(z.string(), z.unknown()).meta({ description: "JSON Schema of the value: type and allowed range" }),
});
export type MethodParameter = z.infer<typeof MethodParameter>;
export const Method = z
  .object({
    id: MethodId,
    object: z.literal("method"),
    title: z.string(),
    summary: z.string(),
    paper: z.object({ title: z.string(), arxiv: z.string(), year: z.int() }),
    policies: z.array(z.enum(policyKinds)),
    parameters: z.array(MethodParameter),
  })
  .meta({ id: "Method" });
export type Method = z.infer<typeof Method>;

/** Where weights come from: an upload (a tar of a transformers folder or of a table), one of our models, or a checkpoint of the hub at a pinned commit. */
export const WeightsSource = z.discriminatedUnion("from", [
  z.object({ from: z.literal("upload"), uploadId: Id("upload") }),
  z.object({ from: z.literal("model"), modelId: Id("model") }),
  z.object({ from: z.literal("hub"), ...HubCheckpoint.shape }),
]);
export type WeightsSource = z.infer<typeof WeightsSource>;

/** What is asked, and who says whether an answer is right. */
export const LoopTask = z.discriminatedUnion("kind", [
  /** Parquet of queries: `query_id`, `split`, `slice`, `question`, and where there are `image`, `answer`, `choices`, `draft`, `scene`. */
  z.object({
    kind: z.literal("questions"),
    uploadId: Id("upload"),
    verifier: z.enum(["exact", "program"]).default("exact"),
  }),
  /** Images of a version with their alt-text, to four texts; right when the tags' F1 with gold tags or the label reaches `threshold`. */
  z.object({
    kind: z.literal("refinement"),
    versionId: Id("version"),
    threshold: z.number().min(0).max(1).default(0.6),
  }),
]);
export type LoopTask = z.infer<typeof LoopTask>;

/** The loop ends, unharmed, before the step that would cross one of these. */
export const Budget = z.object({
  samples: z.int().min(1).optional(),
  tokens: z.int().min(1).optional(),
  gpuSeconds: z.number().positive().optional(),
  wallSeconds: z.number().positive().optional(),
  money: z
    .object({
      amount: z.number().positive(),
      currency: z.string().length(3),
      perGpuHour: z.number().positive().optional().meta({ description: "by default the workspace's price" }),
    })
    .optional(),
});
export type Budget = z.infer<typeof Budget>;

/** What lets an iteration in (reference: self-improvement-2 §0.3). */
export const GateSettings = z.object({
  /** The main metric must rise by more than this share. */
  margin: z.number().min(0).max(1).default(0),
  /** Exact McNemar on the held-out queries, candidate against the model it would replace. */
  alpha: z.number().gt(0).max(1).default(0.05),
  /** No slice of at least `minSliceQueries` may fall by more. */
  maxSliceFall: z.number().min(0).max(1).default(0.05),
  minSliceQueries: z.int().min(1).default(20),
  /** Greatest fall of old tasks. */
  maxRetentionFall: z.number().min(0).max(1).default(0.05),
  /** Refusals in a row that end the loop. */
  maxRefusals: z.int().min(1).max(100).default(2),
});
export type GateSettings = z.infer<typeof GateSettings>;

/** How every iteration is measured, whatever its method. */
export const MeasureSettings = z.object({
  split: z.string().min(1).max(40).default("held-out"),
  /** Split of old tasks, whose fall is forgetting. */
  retentionSplit: z.string().min(1).max(40).optional(),
  queries: z.int().min(2).max(100_000).optional(),
  /** K of Pass@K, at temperature 1. */
  count: z.int().min(1).max(256).default(8),
  /** S of Pass@K-S. */
  atLeast: z.array(z.int().min(1)).max(8).default([1, 2, 4]),
});
export type MeasureSettings = z.infer<typeof MeasureSettings>;

export const CreateLoop = z
  .object({
    name: z.string().trim().min(1).max(200),
    method: MethodId,
    parameters: z.record(z.string(), z.unknown()).default({}),
    policy: z.object({ kind: z.enum(policyKinds), source: WeightsSource }),
    task: LoopTask,
    /** The CLIP that rewards, and the one that only judges: never the same weights. */
    reward: WeightsSource.optional(),
    judge: WeightsSource.optional(),
    iterations: z.int().min(1).max(1000).default(3),
    maxTokens: z.int().min(1).max(8192).default(64),
    measure: MeasureSettings.prefault({}),
    gate: GateSettings.prefault({}),
    budget: Budget.prefault({}),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    /** Tasks a sample step is split into, done by as many runners at once. */
    shards: z.int().min(1).max(256).default(1),
    maxAttempts: z.int().min(1).max(1000).default(8),
    /** Begin with the weights an iteration of another loop left. */
    forkOf: z.object({ loopId: Id("loop"), iteration: z.int().min(0) }).optional(),
    /** Stream that gets each iteration as a learning block and each measure as an evaluation block; made when absent. */
    streamId: Id("stream").optional(),
  })
  .meta({ id: "CreateLoop" });
export type CreateLoop = z.infer<typeof CreateLoop>;
export type CreateLoopInput = z.input<typeof CreateLoop>;

export const loopStatuses = [
  "queued",
  "running",
  "paused",
  "cancelling",
  "succeeded",
  "stopped",
  "failed",
  "cancelled",
] as const;
export const LoopStatus = z.enum(loopStatuses);
export type LoopStatus = z.infer<typeof LoopStatus>;

export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number(), count: z.int() });
export type Estimate = z.infer<typeof Estimate>;

/** One row a monitor on the screen. Null where a method or task has none. */
export const Monitors = z
  .object({
    /** Share of held-out queries whose greedy text is right, with a Wilson interval. */
    verified: Estimate,
    passAtK: z.array(z.object({ k: z.int(), atLeast: z.int(), value: z.number() })),
    rewardAtK: z.array(z.object({ k: z.int(), atLeast: z.int(), value: z.number() })),
    /** Unique contents among right ones. */
    distinct: z.number().nullable(),
    duplicateRate: z.number(),
    /** Share of texts that give no answer. */
    unparsed: z.number(),
    meanTokens: z.number(),
    /** Nats a text, from its log-probabilities. */
    entropy: z.number(),
    /** Of what was drawn to learn from; null where nothing was drawn. */
    keptShare: z.number().nullable(),
    meanReward: z.number().nullable(),
    /** Of rewards over drawn texts. */
    rewardDeviation: z.number().nullable(),
    /** How much more the reward rose than what is verified, both in their deviations at iteration 0: gaming. */
    rewardGap: z.number().nullable(),
    frozenJudge: z.number().nullable(),
    retention: Estimate.nullable(),
    slices: z.array(z.object({ slice: z.string(), verified: Estimate })),
  })
  .meta({ id: "Monitors" });
export type Monitors = z.infer<typeof Monitors>;

export const GateCheck = z.object({
  id: z.enum(["rises", "is-significant", "no-slice-falls", "old-tasks-kept", "proxy-agrees", "no-collapse"]),
  passed: z.boolean(),
  sentence: z.string(),
});
export const GateVerdict = z.object({ passed: z.boolean(), checks: z.array(GateCheck) });
export type GateVerdict = z.infer<typeof GateVerdict>;

export const alarmCodes = [
  "diversity_collapsed",
  "length_collapsed",
  "length_exploded",
  "entropy_collapsed",
  "reward_gamed",
  "frozen_judge_disagrees",
  "old_tasks_forgotten",
  "nothing_kept",
  "no_gradient",
  "loss_not_finite",
  "garbage_output",
  "self_reward_uninformative",
] as const;
export const Alarm = z.object({ code: z.enum(alarmCodes), sentence: z.string(), isFatal: z.boolean() });
export type Alarm = z.infer<typeof Alarm>;

export const iterationStatuses = ["running", "promoted", "refused", "unchanged", "failed", "rolled-back"] as const;
export const IterationStep = z.object({
  name: z.string(),
  kind: z.enum(["sample", "reduce", "learn"]),
  status: z.enum(["running", "succeeded", "failed"]),
  summary: z.record(z.string(), z.unknown()),
  seconds: z.number().nullable(),
});
export const Iteration = z
  .object({
    object: z.literal("iteration"),
    loopId: Id("loop"),
    /** 0 is the policy as it came. */
    number: z.int(),
    status: z.enum(iterationStatuses),
    steps: z.array(IterationStep),
    /** What the method chose this time: temperature, threshold ... */
    decisions: z.record(z.string(), z.unknown()),
    monitors: Monitors.nullable(),
    gate: GateVerdict.nullable(),
    alarms: z.array(Alarm),
    /** SHA-256 of each slot's weights as the iteration leaves them; null until a runner has unpacked what was uploaded. */
    weights: z.record(z.string(), Sha256.nullable()),
    cost: z.object({ samples: z.int(), tokens: z.int(), gpuSeconds: z.number(), wallSeconds: z.number() }),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Iteration" });
export type Iteration = z.infer<typeof Iteration>;

export const Loop = z
  .object({
    id: Id("loop"),
    object: z.literal("loop"),
    name: z.string(),
    method: MethodId,
    parameters: z.record(z.string(), z.unknown()).meta({ description: "defaults filled in" }),
    status: LoopStatus,
    /** Why it stopped, in a sentence; null while it goes on. */
    reason: z.string().nullable(),
    runId: Id("run"),
    streamId: Id("stream").nullable(),
    /** `done` counts iterations that ended, the first measure (0) not among them. */
    iteration: z.object({ done: z.int(), total: z.int() }),
    /** Iteration whose weights are the loop's model now. */
    promoted: z.int(),
    /** Right answers of the promoted weights on held-out queries; null until they were measured. */
    verified: Estimate.nullable(),
    weights: z.record(z.string(), Sha256.nullable()),
    budget: z.object({ limits: Budget, spent: Iteration.shape.cost }),
    forkOf: z.object({ loopId: Id("loop"), iteration: z.int() }).nullable(),
    request: z.record(z.string(), z.unknown()),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Loop" });
export type Loop = z.infer<typeof Loop>;
