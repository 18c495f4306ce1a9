import { z } from "zod";
import { Id } from "./ids.ts";

/** l2logger's `scenario_info.json`: its known keys, and whatever else a learner wrote there. */
export const ScenarioInfo = z
  .looseObject({
    complexity: z.enum(["1-low", "2-intermediate", "3-high"]).nullable().default(null),
    difficulty: z.enum(["1-easy", "2-medium", "3-hard"]).nullable().default(null),
    scenarioType: z
      .enum(["condensed", "dispersed", "permuted", "alternating", "ste", "custom"])
      .nullable()
      .default(null),
  })
  .meta({ id: "ScenarioInfo" });
export type ScenarioInfo = z.infer<typeof ScenarioInfo>;

const Name = z.string().trim().min(1).max(100);
const Column = z
  .string()
  .regex(/^[A-Za-z_][\w.-]{0,63}$/, "a letter or underscore, then letters, digits, dot, dash and underscore")
  .refine((name) => !(name in Object.prototype), "is no name for a column");

export const blockTypes = ["train", "test"] as const;
export const BlockType = z.enum(blockTypes);
export type BlockType = z.infer<typeof BlockType>;

/** A `learner` is a lifetime the stream is about; an `expert` knows one task and is what learners are measured against. */
export const lifetimeRoles = ["learner", "expert"] as const;
export const LifetimeRole = z.enum(lifetimeRoles);
export type LifetimeRole = z.infer<typeof LifetimeRole>;

/** Names one lifetime of a stream: letters, digits, dot, dash and underscore. */
export const LifetimeName = z.string().regex(/^[\w.-]{1,100}$/, "letters, digits, dot, dash and underscore only");

export const Stream = z
  .object({
    id: Id("stream"),
    object: z.literal("stream"),
    name: z.string(),
    scenario: ScenarioInfo,
    metricsColumns: z.array(z.string()),
    expertStreamIds: z.array(z.string()).meta({ description: "streams whose experts are used beside its own" }),
    lifetimeCount: z.int(),
    rowCount: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Stream" });
export type Stream = z.infer<typeof Stream>;

export const CreateStream = z
  .object({
    name: Name,
    scenario: ScenarioInfo.prefault({}),
    /** Columns every experience must have, numbers: what the learner is measured by. */
    metricsColumns: z.array(Column).min(1).max(50),
    expertStreamIds: z.array(Id("stream")).max(20).default([]),
  })
  .meta({ id: "CreateStream" });
export type CreateStream = z.infer<typeof CreateStream>;

export const UpdateStream = z
  .object({
    name: Name.optional(),
    scenario: ScenarioInfo.optional(),
    expertStreamIds: z.array(Id("stream")).max(20).optional(),
  })
  .meta({ id: "UpdateStream" });
export type UpdateStream = z.infer<typeof UpdateStream>;

export const Lifetime = z
  .object({
    id: Id("lifetime"),
    object: z.literal("lifetime"),
    streamId: Id("stream"),
    name: z.string(),
    role: LifetimeRole,
    /** Grows with every batch taken in; metrics of the same revision are the same metrics. */
    revision: z.int(),
    columns: z.array(z.string()).meta({ description: "measures and other columns beside l2logger's standard ones" }),
    rowCount: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Lifetime" });
export type Lifetime = z.infer<typeof Lifetime>;

/** An `open` block takes rows; a `closing` one is on its way into Parquet; a `closed` one lies there, until a late row opens it again. */
export const blockStatuses = ["open", "closing", "closed"] as const;

export const Block = z
  .object({
    id: Id("block"),
    object: z.literal("block"),
    lifetimeId: Id("lifetime"),
    blockNum: z.int(),
    blockType: BlockType,
    status: z.enum(blockStatuses),
    rowCount: z.int(),
    firstExpNum: z.int(),
    lastExpNum: z.int(),
    taskNames: z.array(z.string()),
    sizeBytes: z.int().meta({ description: "of its Parquet files" }),
    createdAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Block" });
export type Block = z.infer<typeof Block>;

/** Which lifetime a batch is for, and what makes a repeat of it recognisable. */
export const BatchQuery = z.object({
  lifetime: LifetimeName.default("main").meta({ description: "made if there is none of this name" }),
  role: LifetimeRole.default("learner").meta({ description: "of a lifetime this batch makes" }),
  writer: z
    .string()
    .regex(/^[\w.:-]{1,100}$/)
    .optional()
    .meta({ description: "who sends; with sequence it names the batch, so that a repeat adds no row" }),
  sequence: z.coerce.number().int().min(0).optional().meta({ description: "counts up for each batch of a writer" }),
  firstLine: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: "line of the batch's first record in the caller's file, for messages about it" }),
});
export type BatchQuery = z.infer<typeof BatchQuery>;

export const BatchReceipt = z
  .object({
    object: z.literal("experience_batch"),
    streamId: Id("stream"),
    lifetimeId: Id("lifetime"),
    rowCount: z.int(),
    blocks: z.array(z.object({ blockNum: z.int(), rowCount: z.int() })),
    isRepeat: z.boolean().meta({ description: "the batch was here already; nothing was added" }),
  })
  .meta({ id: "BatchReceipt" });
export type BatchReceipt = z.infer<typeof BatchReceipt>;

export const CloseBlocks = z
  .object({
    lifetime: LifetimeName.default("main"),
    /** This one; every block of the lifetime when left out. */
    blockNum: z.int().min(0).optional(),
  })
  .meta({ id: "CloseBlocks" });
export type CloseBlocks = z.infer<typeof CloseBlocks>;

/** Makes a run write what it measured into a stream: training as a learning block, an evaluation as (part of) an evaluation block. */
export const StreamEntry = z
  .object({
    streamId: Id("stream"),
    lifetime: LifetimeName.default("main"),
    /** The task trained on or evaluated, as the stream calls it: `<label>_<variant>` where tasks have variants. */
    taskName: z
      .string()
      .trim()
      .regex(/^[\w. -]{1,200}$/, "letters, digits, dot, dash, underscore and space only"),
  })
  .meta({ id: "StreamEntry" });
export type StreamEntry = z.infer<typeof StreamEntry>;

/** The body of a batch, at most. */
export const maxBatchBytes: number = 4 * 1024 ** 2;
export const maxBatchRows = 50_000;
