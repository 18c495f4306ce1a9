import { z } from "zod";
import { Id } from "./ids.ts";
import { LifetimeName, LifetimeRole } from "./streams.ts";

/** A log folder of l2logger, as a completed upload: a tar or zip with one or more `data-log.tsv` below. */
export const CreateStreamImport = z
  .object({
    uploadId: Id("upload"),
    lifetime: LifetimeName.default("main"),
    role: LifetimeRole.default("learner"),
  })
  .meta({ id: "CreateStreamImport" });
export type CreateStreamImport = z.infer<typeof CreateStreamImport>;

export const streamImportStatuses = ["queued", "running", "succeeded", "failed"] as const;

/** Refused files are named in `failures`, all others are in whatever the status is. */
export const StreamImport = z
  .object({
    id: Id("streamImport"),
    object: z.literal("stream.import"),
    streamId: Id("stream"),
    uploadId: Id("upload"),
    lifetime: z.string(),
    role: LifetimeRole,
    status: z.enum(streamImportStatuses),
    fileCount: z.int(),
    addedRows: z.int(),
    knownRows: z.int().meta({ description: "rows that an earlier import or push had added" }),
    failures: z.array(z.object({ file: z.string(), detail: z.string() })),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "StreamImport" });
export type StreamImport = z.infer<typeof StreamImport>;

const Scores = z.array(z.array(z.number().nullable()));

/** A learner's accuracy matrix with what each suite's definitions make of it. */
export const StreamMatrix = z
  .object({
    id: Id("matrix"),
    object: z.literal("accuracy_matrix"),
    streamId: Id("stream"),
    lifetime: z.string(),
    matrix: z.object({
      tasks: z.array(z.string()).optional(),
      scores: Scores,
      baseline: z.array(z.number().nullable()).optional(),
      reference: z.array(z.number().nullable()).optional(),
      firstBatches: Scores.optional(),
    }),
    metrics: z.array(
      z.object({ suite: z.string(), name: z.string(), definition: z.string(), value: z.number().nullable() }),
    ),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "StreamMatrix" });
export type StreamMatrix = z.infer<typeof StreamMatrix>;
