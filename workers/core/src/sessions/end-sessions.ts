import { sessions } from "@whetstone/schemas/db";
import { inArray, lt } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";

const sweepSize = 90;

/** Ends the sessions of these tokens, whether or not they were open. */
export async function endSessions(ctx: Context, tokens: readonly string[]): Promise<void> {
  if (tokens.length === 0) return;
  const hashes = await Promise.all(tokens.map((token) => sha256Hex(token)));
  await ctx.db.delete(sessions).where(inArray(sessions.hash, hashes));
}

/** Removes sessions and links whose time is over. A job of the platform. */
export async function purgeSessions(ctx: Context): Promise<number> {
  const old = await ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .where(lt(sessions.expiresAt, ctx.now()))
    .limit(sweepSize);
  const ids = old.map(({ id }) => id);
  if (ids.length > 0) await ctx.db.delete(sessions).where(inArray(sessions.id, ids));
  return ids.length;
}
