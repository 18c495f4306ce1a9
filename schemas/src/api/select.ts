import { z } from "zod";
import { Sample } from "./datasets.ts";
import { Id } from "./ids.ts";

const FilterText = z.string().max(4000).meta({
  description: "the filter language: comparisons of columns, joined by and, or, not",
  example: 'textScore < 0.2 and not label in ("cat", "dog")',
});
const ColumnText = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]{0,60}$/, "the name of a column");

/** Which samples, in which order. */
export const SamplesQuery = z.object({
  filter: FilterText.optional(),
  sort: ColumnText.optional().meta({ description: "a number or category column; rows without a value come last" }),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(["asc", "desc"]).default("asc"),
});
export type SamplesQuery = z.infer<typeof SamplesQuery>;

export const StatisticsQuery = z.object({
  filter: FilterText.optional(),
  /** Names with commas between; all that are no texts by default. */
  columns: z.string().max(2000).optional(),
});
export type StatisticsQuery = z.infer<typeof StatisticsQuery>;

const Histogram = z.object({ edges: z.array(z.number()), counts: z.array(z.int()) });

/** What a column holds, in all rows and in those the filter keeps; bins and values are the same in both. */
export const ColumnStatistics = z
  .object({
    name: z.string(),
    kind: z.enum(["number", "category", "text"]),
    layer: z.string(),
    present: z.int().meta({ description: "rows with a value" }),
    nanCount: z.int().meta({ description: "values that are no numbers; they count as missing" }),
    min: z.number().nullable(),
    max: z.number().nullable(),
    mean: z.number().nullable(),
    distinct: z.int().nullable(),
    histogram: Histogram.nullable(),
    matchedHistogram: z.array(z.int()).nullable(),
    values: z.array(z.object({ value: z.string(), count: z.int(), matched: z.int() })).nullable(),
  })
  .meta({ id: "ColumnStatistics" });
export type ColumnStatistics = z.infer<typeof ColumnStatistics>;

export const Statistics = z
  .object({
    object: z.literal("statistics"),
    rowCount: z.int(),
    matchedCount: z.int(),
    columns: z.array(ColumnStatistics),
  })
  .meta({ id: "Statistics" });
export type Statistics = z.infer<typeof Statistics>;

/** What a selection keeps: the filter's rows, then one of each group of near-duplicates, then the first so many in an order. */
export const Selection = z.object({
  filter: FilterText.default(""),
  deduplicate: z
    .boolean()
    .default(false)
    .meta({ description: "keep the first of each group of near-duplicate images" }),
  top: z
    .object({ column: ColumnText, order: z.enum(["asc", "desc"]).default("desc"), count: z.int().min(1) })
    .optional()
    .meta({ description: "keep only the first so many in this order" }),
  reviews: z
    .boolean()
    .default(true)
    .meta({ description: "leave out what reviewers rejected, and write in what they edited" }),
});
export type Selection = z.infer<typeof Selection>;

export const SelectionQuery = z.object({
  filter: FilterText.default(""),
  deduplicate: z.stringbool().default(false),
  reviews: z.stringbool().default(true),
  topColumn: ColumnText.optional(),
  topOrder: z.enum(["asc", "desc"]).default("desc"),
  topCount: z.coerce.number().int().min(1).optional(),
});
export type SelectionQuery = z.infer<typeof SelectionQuery>;

/** What one step of a selection does. */
export const SelectionStep = z.object({
  label: z.string(),
  alone: z.int().meta({ description: "rows it would keep by itself" }),
  survivors: z.int().meta({ description: "rows left after this step and those before it" }),
  removedByItAlone: z.int().meta({ description: "rows that only this step removes" }),
  curve: z
    .array(z.object({ value: z.number(), survivors: z.int() }))
    .nullable()
    .meta({ description: "survivors of the whole selection, were its number another" }),
});
export type SelectionStep = z.infer<typeof SelectionStep>;

/** A selection tried out: nothing is written. */
export const SelectionTrial = z
  .object({
    object: z.literal("selection_trial"),
    rowCount: z.int(),
    survivors: z.int(),
    steps: z.array(SelectionStep),
    kept: z.array(Sample).meta({ description: "a few it keeps" }),
    dropped: z.array(Sample).meta({ description: "a few it drops" }),
  })
  .meta({ id: "SelectionTrial" });
export type SelectionTrial = z.infer<typeof SelectionTrial>;

/** Which samples of a version, and the version they are looked up in. */
export const PairsQuery = SamplesQuery.extend({ with: Id("version") });
export type PairsQuery = z.infer<typeof PairsQuery>;

/** A sample in two versions; `other` is null where the second lacks it. */
export const SamplePair = z
  .object({
    object: z.literal("sample_pair"),
    cursor: z.string().meta({ description: "pass as `after` to go on from here" }),
    sample: Sample,
    other: Sample.nullable(),
  })
  .meta({ id: "SamplePair" });
export type SamplePair = z.infer<typeof SamplePair>;

/** Samples near a text or an image, the nearest first. */
export const Matches = z
  .object({
    object: z.literal("matches"),
    isComplete: z.boolean().meta({ description: "false while the run is still searching" }),
    data: z.array(z.object({ score: z.number(), sample: Sample })),
  })
  .meta({ id: "Matches" });
export type Matches = z.infer<typeof Matches>;

/** A sample in each version of its dataset, oldest first; null where a version lacks it. */
export const SampleHistory = z
  .object({
    object: z.literal("sample_history"),
    data: z.array(z.object({ versionId: z.string(), number: z.int(), sample: Sample.nullable() })),
  })
  .meta({ id: "SampleHistory" });
export type SampleHistory = z.infer<typeof SampleHistory>;
