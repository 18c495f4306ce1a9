import { idempotencyKeys } from "@whetstone/schemas/db";
import { and, eq, inArray, isNull, lt } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";

const keptMs = 48 * 3_600_000;
/** A first request that has not ended after this long was cut off; a repeat may take its place. */
const abandonedMs = 2 * 60_000;
const sweepSize = 90;

export interface Attempt {
  /** Key owner, method and path, and the key the caller drew. */
  name: string;
  body: string;
}
export interface Answer {
  status: number;
  /** Null when the answer held a secret: it is kept nowhere, so it can't be replayed. */
  body: string | null;
  headers: Record<string, string>;
}

/** Claims the key for this request, or gives the answer the first one got. */
export async function beginOnce(ctx: Context, { name, body }: Attempt): Promise<{ id: string; answer: Answer | null }> {
  const id = await sha256Hex(name);
  const bodyHash = await sha256Hex(body);
  const now = ctx.now();
  const claim = { id, bodyHash, status: null, response: null, headers: null, createdAt: now };
  const [claimed] = await ctx.db.insert(idempotencyKeys).values(claim).onConflictDoNothing().returning();
  if (claimed) return { id, answer: null };

  const row = await ctx.db.query.idempotencyKeys.findFirst({ where: eq(idempotencyKeys.id, id) });
  if (!row) return beginOnce(ctx, { name, body });
  const age = now.getTime() - row.createdAt.getTime();
  if (age > (row.status === null ? abandonedMs : keptMs)) {
    const isUnchanged = and(eq(idempotencyKeys.id, id), eq(idempotencyKeys.createdAt, row.createdAt));
    const [taken] = await ctx.db.update(idempotencyKeys).set(claim).where(isUnchanged).returning();
    if (taken) return { id, answer: null };
  }
  if (row.bodyHash !== bodyHash)
    throw new AppError(
      "idempotency_key_reused",
      "this Idempotency-Key came with another body before; draw a new key for a new request",
    );
  if (row.status === null)
    throw new AppError(
      "idempotency_in_progress",
      "the first request with this Idempotency-Key is still running; ask again in a moment",
    );
  return { id, answer: { status: row.status, body: row.response, headers: row.headers ?? {} } };
}

/** Keeps the answer for 48 hours. */
export async function finishOnce(ctx: Context, id: string, { status, body, headers }: Answer): Promise<void> {
  await ctx.db.update(idempotencyKeys).set({ status, response: body, headers }).where(eq(idempotencyKeys.id, id));
}

/** Frees the key: the request failed on our side, so a repeat shall try anew. */
export async function forgetOnce(ctx: Context, id: string): Promise<void> {
  await ctx.db.delete(idempotencyKeys).where(and(eq(idempotencyKeys.id, id), isNull(idempotencyKeys.status)));
}

/** Removes answers nobody may ask for any more. A job of the platform. */
export async function purgeAnswers(ctx: Context): Promise<number> {
  const old = new Date(ctx.now().getTime() - keptMs);
  const rows = await ctx.db
    .select({ id: idempotencyKeys.id })
    .from(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, old))
    .limit(sweepSize);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await ctx.db.delete(idempotencyKeys).where(inArray(idempotencyKeys.id, ids));
  return ids.length;
}
