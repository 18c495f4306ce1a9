import { reviews } from "@whetstone/schemas/db";
import { and, eq, lte, max } from "drizzle-orm";
import type { Context } from "../context.ts";

export interface Edit {
  uid: string;
  place: number;
  field: "text" | "positiveDescription";
  value: string;
}

const maxEdits = 100_000;

/** What reviewers wrote instead of a sample's text, where their latest review is an edit. */
export async function listEdits(ctx: Context, { versionId, asOf }: { versionId: string; asOf: Date }): Promise<Edit[]> {
  const rows = await ctx.db
    .select({
      uid: reviews.uid,
      place: reviews.place,
      decision: reviews.decision,
      field: reviews.field,
      value: reviews.value,
      newest: max(reviews.id),
    })
    .from(reviews)
    .where(and(eq(reviews.versionId, versionId), lte(reviews.createdAt, asOf)))
    .groupBy(reviews.uid)
    .limit(maxEdits);
  return rows.flatMap(({ uid, place, decision, field, value }) =>
    decision === "edited" && field !== null && value !== null ? [{ uid, place, field, value }] : [],
  );
}
