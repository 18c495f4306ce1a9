import { queryOptions } from "@tanstack/react-query";
import type { ApiKey, AuditEvent, Run, Runner, Webhook, WebhookDelivery } from "@whetstone/schemas/api";
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

export const usageQuery = (days: number) =>
  queryOptions({ queryKey: ["usage", days], queryFn: () => api.usage.get(days) });
export const usageOfRunsQuery: PagedQuery<Run> = pagedQuery(["usage", "runs"], api.runs.list);
export const pricesQuery = queryOptions({ queryKey: ["prices"], queryFn: () => api.prices.get() });
export const workspaceQuery = queryOptions({ queryKey: ["workspace"], queryFn: () => api.workspaces.current() });
export const runnersQuery: PagedQuery<Runner> = pagedQuery(["runners"], api.runners.list, {
  isLive: () => true,
  everyMs: 15_000,
});
