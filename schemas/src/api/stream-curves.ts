import { z } from "zod";
import { Id } from "./ids.ts";
import { LifelongOptions } from "./lifelong.ts";
import { ReportSubject } from "./report-document.ts";
import { PageQuery } from "./paging.ts";
import { BlockType, LifetimeName } from "./streams.ts";

/** A stream as its charts draw it: the latest learners' curves and metrics, and what all of them have in the mean. */
export const StreamCurves = z
  .object({
    object: z.literal("stream.curves"),
    streamId: Id("stream"),
    options: LifelongOptions,
    subject: ReportSubject.nullable().meta({ description: "null while no lifetime can be measured" }),
    skipped: z
      .array(z.object({ lifetime: z.string(), reason: z.string() }))
      .meta({ description: "lifetimes that are not drawn" }),
  })
  .meta({ id: "StreamCurves" });
export type StreamCurves = z.infer<typeof StreamCurves>;

export const ExperiencesQuery = PageQuery.extend({
  order: z.enum(["asc", "desc"]).default("asc"),
  lifetime: LifetimeName.default("main"),
  blockNum: z.coerce.number().int().min(0).default(0),
  taskName: z.string().max(200).optional().meta({ description: "of this task alone" }),
});
export type ExperiencesQuery = z.infer<typeof ExperiencesQuery>;

/** One experience as it was written. */
export const Experience = z
  .object({
    object: z.literal("experience"),
    cursor: z.string(),
    blockNum: z.int(),
    blockType: BlockType,
    expNum: z.int(),
    taskName: z.string(),
    workerId: z.string(),
    timestamp: z.string(),
    runId: z.string().nullable().meta({ description: "the run that wrote it, where one did" }),
    values: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
      .meta({ description: "the stream's measures and whatever else was written" }),
  })
  .meta({ id: "Experience" });
export type Experience = z.infer<typeof Experience>;
