import { webhookDeliveries } from "@whetstone/schemas/db";
import { and, asc, eq, inArray, lt } from "drizzle-orm";
import type { Context } from "../context.ts";

const perTick = 200;
const sweepSize = 90;
const graceMs = 2 * 60_000;
const keptMs = 30 * 24 * 3_600_000;

/** Deliveries whose time has come and gone: their workflow was never started, or ended without them. */
export function findLateDeliveries(ctx: Context): Promise<{ id: string; round: number }[]> {
  const before = new Date(ctx.now().getTime() - graceMs);
  return ctx.db
    .select({ id: webhookDeliveries.id, round: webhookDeliveries.round })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.status, "pending"), lt(webhookDeliveries.nextAttemptAt, before)))
    .orderBy(asc(webhookDeliveries.nextAttemptAt))
    .limit(perTick);
}

/** Forgets deliveries that arrived long ago. Dead letters stay until somebody looks at them. */
export async function purgeDeliveries(ctx: Context): Promise<void> {
  const old = new Date(ctx.now().getTime() - keptMs);
  const rows = await ctx.db
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.status, "delivered"), lt(webhookDeliveries.createdAt, old)))
    .limit(sweepSize);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await ctx.db.delete(webhookDeliveries).where(inArray(webhookDeliveries.id, ids));
}
