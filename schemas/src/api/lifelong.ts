import { z } from "zod";

const Range = z.object({ min: z.number(), max: z.number() });

/**
 * How lifelong-learning metrics are computed. Names, values and defaults are those of l2metrics 3.1.0, whose formulas `mode`
 * "l2metrics" follows to the last quirk; "corrected" mends what docs/design/lifelong.md lists.
 */
export const LifelongOptions = z
  .object({
    mode: z.enum(["corrected", "l2metrics"]).default("corrected"),
    perfMeasure: z.string().min(1).max(200).default("reward"),
    variantMode: z.enum(["aware", "agnostic"]).default("aware"),
    steAveragingMethod: z.enum(["metrics", "time"]).default("metrics"),
    aggregationMethod: z.enum(["mean", "median"]).default("mean"),
    maintenanceMethod: z.enum(["mrlep", "mrtlp", "both"]).default("mrlep"),
    transferMethod: z.enum(["ratio", "contrast", "both"]).default("ratio"),
    normalizationMethod: z.enum(["task", "run", "none"]).default("task"),
    smoothingMethod: z.enum(["flat", "hanning", "hamming", "bartlett", "blackman", "none"]).default("flat"),
    smoothEvalData: z.boolean().default(false),
    windowLength: z.int().min(0).max(1_000_000).nullable().default(null),
    clampOutliers: z.boolean().default(false),
    /** Known bounds of the measure a task, instead of those seen in the data. */
    dataRange: z.record(z.string(), Range).nullable().default(null),
  })
  .meta({ id: "LifelongOptions" });
export type LifelongOptions = z.infer<typeof LifelongOptions>;
