import type { DeliveriesQuery, PageOf, PageQuery, Webhook, WebhookDelivery } from "@whetstone/schemas/api";
import { webhookDeliveries, webhooks } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";
import { toDelivery, toWebhook } from "./to-webhook.ts";

export async function getWebhook(ctx: Context, id: string): Promise<Webhook> {
  requireScope(ctx, "webhooks:read");
  return toWebhook(await getOwned(ctx, webhooks, { what: "webhook", id }));
}

export async function listWebhooks(ctx: Context, page: PageQuery): Promise<PageOf<Webhook>> {
  requireScope(ctx, "webhooks:read");
  const { rows, hasMore } = await listOwned(ctx, webhooks, { page, kind: "webhook" });
  return toPage(rows.map(toWebhook), hasMore);
}

export async function getDelivery(ctx: Context, id: string): Promise<WebhookDelivery> {
  requireScope(ctx, "webhooks:read");
  return toDelivery(await getOwned(ctx, webhookDeliveries, { what: "delivery", id }));
}

/** Dead letters are the deliveries of status `dead`. */
export async function listDeliveries(
  ctx: Context,
  { webhookId, status, ...page }: DeliveriesQuery,
): Promise<PageOf<WebhookDelivery>> {
  requireScope(ctx, "webhooks:read");
  const where = and(
    webhookId === undefined ? undefined : eq(webhookDeliveries.webhookId, webhookId),
    status === undefined ? undefined : eq(webhookDeliveries.status, status),
  );
  const { rows, hasMore } = await listOwned(ctx, webhookDeliveries, { page, kind: "delivery", where });
  return toPage(rows.map(toDelivery), hasMore);
}
