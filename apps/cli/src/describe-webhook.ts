import type { WebhookDelivery } from "@whetstone/schemas/api";
import { formatTable } from "./output.ts";

export function tabulateDeliveries(deliveries: readonly WebhookDelivery[]): string {
  const rows = deliveries.map(({ id, event, status, attempts, error, nextAttemptAt }) => [
    id,
    event.type,
    event.data.id,
    status,
    String(attempts),
    nextAttemptAt ?? "",
    error ?? "",
  ]);
  return formatTable([["DELIVERY", "EVENT", "OF", "STATUS", "TRIES", "NEXT TRY", "LAST ERROR"], ...rows]);
}
