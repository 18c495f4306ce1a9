import type { CreateReview, Review } from "@whetstone/schemas/api";
import { reviews } from "@whetstone/schemas/db";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { openRows } from "../rows/open-rows.ts";
import { placeOf } from "../samples/get-sample.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { toReviews } from "./list-reviews.ts";

/** Records what a person thinks of a sample. A later review of it counts instead; the earlier stays as history. */
export async function createReview(ctx: Context, versionId: string, input: CreateReview): Promise<Review> {
  requireScope(ctx, "datasets:write");
  if (ctx.actor.kind !== "key") throw new AppError("missing_scope", "a review is made by a person with a key");
  const place = await placeOf(await openRows(ctx, await getManifest(ctx, versionId)), input.uid);
  if (place === -1) throw notFound("sample", input.uid);
  const row = {
    id: ctx.newId("review"),
    workspaceId: workspaceOf(ctx),
    versionId,
    place,
    uid: input.uid,
    decision: input.decision,
    field: input.field ?? null,
    value: input.value ?? null,
    keyId: ctx.actor.keyId,
    createdAt: ctx.now(),
  };
  await ctx.db.insert(reviews).values(row);
  const [review] = await toReviews(ctx, [row]);
  if (!review) throw new Error(`review ${row.id} was not written`);
  return review;
}
