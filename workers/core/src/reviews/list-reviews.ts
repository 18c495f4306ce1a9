import type { PageOf, PageQuery, Review } from "@whetstone/schemas/api";
import { apiKeys, reviews } from "@whetstone/schemas/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";
import { versionRow } from "../versions/get-version.ts";

type ReviewRow = typeof reviews.$inferSelect;

/** Reviews of a version, or of one of its samples; the newest first unless asked otherwise. */
export async function listReviews(
  ctx: Context,
  { versionId, uid, ...page }: PageQuery & { versionId: string; uid?: string | undefined },
): Promise<PageOf<Review>> {
  const { id } = await versionRow(ctx, versionId);
  const where = and(eq(reviews.versionId, id), uid === undefined ? undefined : eq(reviews.uid, uid));
  const { rows, hasMore } = await listOwned(ctx, reviews, { page, kind: "review", where });
  return toPage(await toReviews(ctx, rows), hasMore);
}

/** Reviews as they travel, each with the name of the key its reviewer used. */
export async function toReviews(ctx: Context, rows: readonly ReviewRow[]): Promise<Review[]> {
  const ids = [...new Set(rows.map(({ keyId }) => keyId))];
  const keys = ids.length === 0 ? [] : await ctx.db.select().from(apiKeys).where(inArray(apiKeys.id, ids));
  const nameOf = new Map(keys.map(({ id, name }) => [id, name]));
  return rows.map(({ id, versionId, uid, decision, field, value, keyId, createdAt }) => ({
    id,
    object: "review",
    versionId,
    uid,
    decision,
    field,
    value,
    reviewer: { keyId, name: nameOf.get(keyId) ?? "" },
    createdAt: createdAt.toISOString(),
  }));
}
