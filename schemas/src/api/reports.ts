import { z } from "zod";
import { Id } from "./ids.ts";
import { LifelongOptions } from "./lifelong.ts";

/** What a report is about: a saved query. */
export const CreateReport = z
  .object({
    name: z.string().trim().min(1).max(100),
    streamIds: z.array(Id("stream")).min(1).max(20),
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
  .meta({ id: "CreateReport" });
export type CreateReport = z.infer<typeof CreateReport>;

export const ReportFile = z.object({
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  url: z.string().meta({ description: "to download from, for an hour" }),
});

/** Metrics written up at one time: a page (`report.html`), its data (`data.json`, `report.csv`), and a short form for mails. */
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
