import { z } from "zod";
import { FileName } from "./files.ts";
import { BaseRow, RefinedRow, ScoreRow, ThumbnailRow } from "./layers.ts";

const Summary = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("number"),
    min: z.number().nullable(),
    max: z.number().nullable(),
    sum: z.number(),
    present: z.int(),
    edges: z.array(z.number()),
    counts: z.array(z.int()),
  }),
  z.object({
    kind: z.literal("category"),
    present: z.int(),
    distinct: z.int(),
    values: z.array(z.object({ value: z.string(), count: z.int() })),
  }),
]);

/** A column of a segment. Numbers and codes are little-endian arrays; a text's file holds the texts and its `ends` file where each ends. */
const SegmentColumn = z.object({
  name: z.string(),
  kind: z.enum(["number", "category", "text"]),
  layer: z.string(),
  file: FileName,
  array: z.enum(["f32", "f64", "u8", "u16", "u32"]).nullable(),
  ends: FileName.nullable(),
  dictionary: z.array(z.string()).nullable(),
  summary: Summary.nullable(),
  nanCount: z.int(),
});
export type SegmentColumn = z.infer<typeof SegmentColumn>;

/** The index of up to a million rows: their columns, and each row as one line of JSON that can be read by itself. */
export const Segment = z.object({
  format: z.literal("whetstone-segment/1"),
  rowCount: z.int(),
  columns: z.array(SegmentColumn),
  /** Lines of `StoredRow`; `rowEnds` are Float64. */
  rows: FileName,
  rowEnds: FileName,
  /** The first eight bytes of each uid, big-endian. */
  uids: FileName,
});
export type Segment = z.infer<typeof Segment>;

/** All that a version's layers say of one sample, joined. */
export const StoredRow = z.object({
  shard: z.int(),
  base: BaseRow,
  refined: RefinedRow.nullable(),
  score: ScoreRow.nullable(),
  thumbnail: ThumbnailRow.nullable(),
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});
export type StoredRow = z.infer<typeof StoredRow>;
