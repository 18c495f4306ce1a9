import { decisions } from "@whetstone/schemas/api";
import { reviews } from "@whetstone/schemas/db";
import { type ColumnOf, maskOfLeaf, summarise } from "@whetstone/schemas/select";
import { and, eq, gte, lt, lte, max } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Segment } from "./segment.ts";

export const reviewColumn = { name: "review", kind: "category", layer: "reviews" } as const;
const maxReviews = 200_000;

/** A segment with one column more: what reviewers decided. It is read from the table, since reviews go on after a version is made. */
export function withReviews(
  ctx: Context,
  segment: Segment,
  { versionId, first, asOf }: { versionId: string; first: number; asOf?: Date | undefined },
): Segment {
  let read: Promise<ColumnOf<"category">> | undefined;
  const column = () => (read ??= readColumn(ctx, { versionId, first, rowCount: segment.rowCount, asOf }));
  return {
    ...segment,
    columns: [...segment.columns, reviewColumn],
    column: (name) => (name === reviewColumn.name ? column() : segment.column(name)),
    summary: async (name, edges) =>
      name === reviewColumn.name
        ? { summary: summarise(await column(), null), nanCount: 0 }
        : segment.summary(name, edges),
    mask: async (leaf) => (leaf.column === reviewColumn.name ? maskOfLeaf(leaf, await column()) : segment.mask(leaf)),
  };
}

async function readColumn(
  ctx: Context,
  { versionId, first, rowCount, asOf }: { versionId: string; first: number; rowCount: number; asOf: Date | undefined },
): Promise<ColumnOf<"category">> {
  // The newest of a sample is the one with the largest id; SQLite gives the other columns of that same row.
  const rows = await ctx.db
    .select({ place: reviews.place, decision: reviews.decision, newest: max(reviews.id) })
    .from(reviews)
    .where(
      and(
        eq(reviews.versionId, versionId),
        gte(reviews.place, first),
        lt(reviews.place, first + rowCount),
        asOf && lte(reviews.createdAt, asOf),
      ),
    )
    .groupBy(reviews.uid)
    .limit(maxReviews);
  const codes = new Uint8Array(rowCount);
  for (const { place, decision } of rows) codes[place - first] = decisions.indexOf(decision) + 1;
  return { kind: "category", codes, dictionary: [...decisions] };
}
