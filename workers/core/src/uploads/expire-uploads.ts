import { uploads } from "@whetstone/schemas/db";
import { and, eq, inArray, lte } from "drizzle-orm";
import type { Context } from "../context.ts";

const sweepSize = 50;

/** Frees the parts of uploads whose time is over. A job of the platform: it sees every workspace. */
export async function expireUploads(ctx: Context): Promise<number> {
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.status, "pending"), lte(uploads.expiresAt, ctx.now())))
    .limit(sweepSize);
  for (const { key, multipartId } of rows) await ctx.storage.abortMultipart({ key, multipartId });
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await ctx.db
      .update(uploads)
      .set({ status: "expired" })
      .where(and(inArray(uploads.id, ids), eq(uploads.status, "pending")));
  return ids.length;
}
