import type { EventPayload, EventType } from "@whetstone/schemas/api";
import { webhookDeliveries, webhooks } from "@whetstone/schemas/db";
import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";

export interface Event {
  /** Derive it where a step may be repeated: publishing an event twice is publishing it once. */
  id: string;
  workspaceId: string;
  type: EventType;
  data: EventPayload["data"];
}

/**
 * The statement that queues an event for every enabled webhook of its workspace that subscribes to its type. Put it in the batch of the
 * write it tells of, so that neither is there without the other; then call `startDeliveries`.
 */
export function eventRows(ctx: Context, { id, workspaceId, type, data }: Event) {
  const now = ctx.now();
  const payload: EventPayload = { type, timestamp: now.toISOString(), data };
  const isSubscribed = sql`exists (select 1 from json_each(${webhooks.events}) where value = ${type})`;
  // In the order of the table's columns.
  return ctx.db
    .insert(webhookDeliveries)
    .select(
      sql`select ${newDeliveryId(now)}, ${webhooks.workspaceId}, ${webhooks.id}, ${id}, ${type}, ${JSON.stringify(payload)},
        'pending', 0, 0, null, null, null, null, ${now.getTime()}, ${now.getTime()}
        from ${webhooks}
        where ${and(eq(webhooks.workspaceId, workspaceId), eq(webhooks.status, "enabled"), isSubscribed)}`,
    )
    .onConflictDoNothing();
}

/** Queues an event that no other write belongs to, and sets out to deliver it. */
export async function publishEvent(ctx: Context, event: Event): Promise<void> {
  await eventRows(ctx, event);
  await startDeliveries(ctx, event.id);
}

/** Starts what an event queued. A start that is lost is made up for by the pipeline's tick. */
export async function startDeliveries(ctx: Context, eventId: string): Promise<void> {
  const rows = await ctx.db
    .select({ id: webhookDeliveries.id, round: webhookDeliveries.round })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.eventId, eventId), eq(webhookDeliveries.status, "pending")));
  await Promise.all(rows.map((row) => ctx.pipeline.deliver(row.id, row.round).catch(() => undefined)));
}

/** One a row, so SQL makes it: prefix and UUIDv7, as `newId` does. */
function newDeliveryId(now: Date) {
  const time = now.getTime().toString(16).padStart(12, "0");
  const random = (digits: number) => sql.raw(`substr(lower(hex(randomblob(8))), 1, ${digits})`);
  return sql`${`whd_${time}7`} || ${random(3)} || '8' || ${random(15)}`;
}
