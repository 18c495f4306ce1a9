import { z } from "zod";
import { Id } from "./ids.ts";
import { LifelongOptions } from "./lifelong.ts";
import { LifetimeName } from "./streams.ts";
import { PageQuery } from "./paging.ts";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const shape = LifelongOptions.shape;

/** Options of the metrics as they stand in a query: names, values and defaults of LifelongOptions; the measure is the stream's first one by default. */
export const MetricsQuery = PageQuery.extend({
  limit: z.coerce.number().int().min(1).max(20).default(10),
  lifetime: LifetimeName.optional().meta({ description: "this lifetime alone" }),
  mode: shape.mode,
  perfMeasure: z.string().min(1).max(200).optional(),
  variantMode: shape.variantMode,
  steAveragingMethod: shape.steAveragingMethod,
  aggregationMethod: shape.aggregationMethod,
  maintenanceMethod: shape.maintenanceMethod,
  transferMethod: shape.transferMethod,
  normalizationMethod: shape.normalizationMethod,
  smoothingMethod: shape.smoothingMethod,
  smoothEvalData: flag.default(false),
  windowLength: z.coerce.number().int().min(0).max(1_000_000).optional(),
  clampOutliers: flag.default(false),
});
export type MetricsQuery = z.infer<typeof MetricsQuery>;

/** What one lifetime's experiences amount to. */
export const LifetimeMetrics = z
  .object({
    id: Id("lifetime"),
    object: z.literal("lifetime.metrics"),
    streamId: Id("stream"),
    lifetime: z.string(),
    revision: z.int(),
    options: LifelongOptions,
    codeVersion: z.string(),
    /** Experts by lifetime id, with the revision that was used. */
    experts: z.record(z.string(), z.int()),
    metrics: z.record(z.string(), z.unknown()).nullable().meta({
      description: "under l2metrics' keys; null where the experiences give none, and then error says why",
    }),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "LifetimeMetrics" });
export type LifetimeMetrics = z.infer<typeof LifetimeMetrics>;
