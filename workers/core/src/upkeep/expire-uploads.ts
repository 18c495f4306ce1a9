import { uploads } from "@whetstone/schemas/db";
import { and, eq, lt } from "drizzle-orm";
import type { Context } from "../context.ts";

const perTick = 50;

/** Ends uploads nobody completed in time and frees their parts. One that storage won't abort now is tried again at the next tick. */
export async function expireUploads(ctx: Context): Promise<void> {
  const rows = await ctx.db
    .select({ id: uploads.id, key: uploads.key, multipartId: uploads.multipartId })
    .from(uploads)
    .where(and(eq(uploads.status, "pending"), lt(uploads.expiresAt, ctx.now())))
    .limit(perTick);
  for (const { id, key, multipartId } of rows) {
    await ctx.storage.abortMultipart({ key, multipartId });
    await ctx.db.update(uploads).set({ status: "expired" }).where(and(eq(uploads.id, id), eq(uploads.status, "pending")));
  }
}
