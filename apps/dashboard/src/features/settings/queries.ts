import type { ApiKey, AuditEvent, Webhook, WebhookDelivery } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

export const keysQuery: PagedQuery<ApiKey> = pagedQuery(["keys"], api.keys.list);
export const webhooksQuery: PagedQuery<Webhook> = pagedQuery(["webhooks"], api.webhooks.list);
export const deliveriesQuery: PagedQuery<WebhookDelivery> = pagedQuery(
  ["webhooks", "deliveries"],
  api.webhooks.deliveries,
  {
    isLive: ({ status }) => status === "pending",
  },
);
export const auditQuery: PagedQuery<AuditEvent> = pagedQuery(["audit"], api.auditEvents.list);
