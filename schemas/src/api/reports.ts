import { z } from "zod";
import { Id } from "./ids.ts";
import { LifelongOptions } from "./lifelong.ts";

/** What a report is about: a saved query. */
export const CreateReport = z
  .object({
    name: z.string().trim().min(1).max(100),
    streamIds: z.array(Id("stream")).max(20).default([]),
    models: z.array(z.string().trim().min(1).max(250)).max(20).default([]).meta({
      description:
        "ids, name@number, or names: a name is its newest model each time the report is made. Told by their latest evaluations.",
    }),
    options: LifelongOptions.partial().default({}),
    /** Metrics to show, by their keys; all when left out. */
    metrics: z
      .array(z.string().regex(/^[a-z_]{1,40}$/))
      .min(1)
      .max(20)
      .optional(),
    /** Lifetimes that began in this time; all when left out. */
    period: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }).optional(),
  })
  .refine(({ streamIds, models }) => streamIds.length + models.length > 0, {
    path: ["streamIds"],
    message: "name a stream or a model to report on",
  })
  .meta({ id: "CreateReport" });
export type CreateReport = z.infer<typeof CreateReport>;

export const ReportFile = z.object({
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  url: z.string().meta({ description: "to download from, for an hour" }),
});

/** Streams and models written up at one time: a page (`report.html`), its data (`data.json`, `report.csv`), and a short form for mails. */
export const Report = z
  .object({
    id: Id("report"),
    object: z.literal("report"),
    name: z.string(),
    scheduleId: z.string().nullable(),
    query: CreateReport,
    files: z.array(ReportFile),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Report" });
export type Report = z.infer<typeof Report>;
