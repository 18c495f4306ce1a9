import { idempotencyKeys } from "@whetstone/schemas/db";
import { inArray, lt } from "drizzle-orm";
import type { Context } from "../context.ts";

const keptMs = 48 * 3600 * 1000;
const perTick = 5_000;

/** Drops answers kept for repeated requests once they are 48 h old. */
export async function forgetAnswers(ctx: Context): Promise<void> {
  const old = ctx.db
    .select({ id: idempotencyKeys.id })
    .from(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, new Date(ctx.now().getTime() - keptMs)))
    .limit(perTick);
  await ctx.db.delete(idempotencyKeys).where(inArray(idempotencyKeys.id, old));
}
