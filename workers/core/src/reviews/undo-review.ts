import type { Review } from "@whetstone/schemas/api";
import { reviews } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { toReviews } from "./list-reviews.ts";

/** Takes a review back; the one before it counts again. */
export async function undoReview(ctx: Context, id: string): Promise<Review> {
  requireScope(ctx, "datasets:write");
  const row = await getOwned(ctx, reviews, { what: "review", id });
  await ctx.db.delete(reviews).where(eq(reviews.id, row.id));
  const [review] = await toReviews(ctx, [row]);
  if (!review) throw new Error(`review ${id} is gone`);
  return review;
}
