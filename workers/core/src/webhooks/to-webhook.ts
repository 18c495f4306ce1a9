import type { Webhook, WebhookDelivery } from "@whetstone/schemas/api";
import type { webhookDeliveries, webhooks } from "@whetstone/schemas/db";

export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;

export function toWebhook(webhook: WebhookRow): Webhook {
  const { workspaceId: _, sealedSecret: __, createdAt, ...row } = webhook;
  return { ...row, object: "webhook", createdAt: createdAt.toISOString() };
}

export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    object: "webhook_delivery",
    webhookId: row.webhookId,
    eventId: row.eventId,
    event: row.payload,
    status: row.status,
    attempts: row.attempts,
    responseStatus: row.responseStatus,
    error: row.error,
    lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null,
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
