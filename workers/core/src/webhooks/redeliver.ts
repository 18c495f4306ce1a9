import type { WebhookDelivery } from "@whetstone/schemas/api";
import { webhookDeliveries, webhooks } from "@whetstone/schemas/db";
import { eq, ne, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned, inWorkspace } from "../scope.ts";
import { toDelivery } from "./to-webhook.ts";

/** Delivers an event again, with all tries anew: a dead letter, or one the receiver lost. Its `webhook-id` stays, so a receiver can tell. */
export async function redeliver(ctx: Context, id: string): Promise<WebhookDelivery> {
  requireScope(ctx, "webhooks:write");
  const delivery = await getOwned(ctx, webhookDeliveries, { what: "delivery", id });
  const webhook = await getOwned(ctx, webhooks, { what: "webhook", id: delivery.webhookId });
  if (webhook.status === "disabled")
    throw new AppError("conflict", `webhook ${webhook.id} is disabled; enable it first`);

  const anew = {
    status: "pending" as const,
    attempts: 0,
    responseStatus: null,
    error: null,
    firstAttemptAt: null,
    nextAttemptAt: ctx.now(),
  };
  const [[row]] = await ctx.db.batch([
    ctx.db
      .update(webhookDeliveries)
      .set({ ...anew, round: sql`${webhookDeliveries.round} + 1` })
      .where(inWorkspace(ctx, webhookDeliveries, eq(webhookDeliveries.id, id), ne(webhookDeliveries.status, "pending")))
      .returning(),
    auditRow(ctx, { action: "webhook_delivery.redeliver", subjectId: id }),
  ]);
  if (!row) throw new AppError("conflict", `delivery ${id} is still being tried; its nextAttemptAt says when`);
  await ctx.pipeline.deliver(row.id, row.round).catch(() => undefined);
  return toDelivery(row);
}

/** Sends an event of no consequence to one webhook, to see whether it arrives. */
export async function testWebhook(ctx: Context, id: string): Promise<WebhookDelivery> {
  requireScope(ctx, "webhooks:write");
  const webhook = await getOwned(ctx, webhooks, { what: "webhook", id });
  if (webhook.status === "disabled") throw new AppError("conflict", `webhook ${id} is disabled; enable it first`);
  const now = ctx.now();
  const type = "webhook.test" as const;
  const [row] = await ctx.db
    .insert(webhookDeliveries)
    .values({
      id: ctx.newId("delivery"),
      workspaceId: webhook.workspaceId,
      webhookId: id,
      eventId: ctx.newId("event"),
      eventType: type,
      payload: { type, timestamp: now.toISOString(), data: { id, object: "webhook" } },
      status: "pending",
      round: 0,
      attempts: 0,
      nextAttemptAt: now,
      createdAt: now,
    })
    .returning();
  if (!row) throw new Error("insert into webhook_deliveries returned no row");
  await ctx.pipeline.deliver(row.id, row.round).catch(() => undefined);
  return toDelivery(row);
}
