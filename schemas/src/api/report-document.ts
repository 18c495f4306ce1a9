import { z } from "zod";
import { LifelongOptions } from "./lifelong.ts";

const Point = z.tuple([z.number(), z.number()]).meta({ description: "experience, value" });
const MetricName = z.string();
const Interval = z.object({
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
  method: z.enum(["bca-over-lifetimes", "block-bootstrap"]),
  count: z.int(),
});

export const ReportMean = z.object({
  mean: z.number().nullable(),
  lifetimeCount: z.int(),
  interval: Interval.nullable(),
});
export type ReportMean = z.infer<typeof ReportMean>;

/** What a report shows of one lifetime: its metrics, and its curves thinned to what a chart can show. */
export const ReportLifetime = z.object({
  name: z.string(),
  metrics: z.record(MetricName, z.number().nullable()),
  intervals: z.record(MetricName, Interval),
  tasks: z.array(z.string()),
  blocks: z.array(
    z.object({ number: z.number(), type: z.enum(["train", "test"]), start: z.number(), end: z.number() }),
  ),
  /** A task's learning curve over its own experiences, with the places where a new block starts. */
  learning: z.array(
    z.object({
      task: z.string(),
      points: z.array(Point),
      borders: z.array(z.number()),
      /** The block each stretch between the borders is in. */
      blocks: z.array(z.int()).optional(),
    }),
  ),
  experts: z.array(z.object({ task: z.string(), run: z.string(), points: z.array(Point) })),
  evaluations: z.array(
    z.object({
      task: z.string(),
      block: z.number(),
      experience: z.number(),
      mean: z.number(),
      low: z.number(),
      high: z.number(),
      count: z.int(),
    }),
  ),
  transfers: z.array(
    z.object({
      source: z.string(),
      target: z.string(),
      direction: z.enum(["forward", "backward"]),
      kind: z.enum(["ratio", "contrast"]),
      mean: z.number(),
      count: z.int(),
      isShared: z.boolean(),
    }),
  ),
  taskMetrics: z.record(z.string(), z.record(MetricName, z.number().nullable())),
  warnings: z.array(z.string()),
});
export type ReportLifetime = z.infer<typeof ReportLifetime>;

/** A learner or model: all its lifetimes, and their means. */
export const ReportSubject = z.object({
  name: z.string(),
  lifetimes: z.array(ReportLifetime).min(1),
  means: z.record(MetricName, ReportMean),
});
export type ReportSubject = z.infer<typeof ReportSubject>;

/** A model by its latest evaluations: a set's main figure each. `ref` is what the report was asked for, and the same from report to report. */
export const ReportModel = z.object({
  ref: z.string(),
  name: z.string(),
  figures: z.array(
    z.object({
      set: z.string(),
      metric: z.string(),
      value: z.number(),
      interval: z.object({ low: z.number(), high: z.number() }).nullable(),
      evaluationId: z.string(),
    }),
  ),
});
export type ReportModel = z.infer<typeof ReportModel>;

/** What an earlier report said, as far as it is compared with. */
export const ReportSnapshot = z.object({
  createdAt: z.iso.datetime(),
  subjects: z.array(z.object({ name: z.string(), means: z.record(MetricName, ReportMean) })),
  models: z.array(ReportModel).default([]),
});
export type ReportSnapshot = z.infer<typeof ReportSnapshot>;

/** All a report says, as data; its page and its tables are drawn from this alone. */
export const ReportDocument = z
  .object({
    title: z.string(),
    createdAt: z.iso.datetime(),
    period: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }).nullable(),
    options: LifelongOptions,
    subjects: z.array(ReportSubject),
    models: z.array(ReportModel).default([]),
    /** Earlier reports of the same query, oldest first; the last one is what this is compared with. */
    history: z.array(ReportSnapshot),
  })
  .meta({ id: "ReportDocument" });
export type ReportDocument = z.infer<typeof ReportDocument>;
