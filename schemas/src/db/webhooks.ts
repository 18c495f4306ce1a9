import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { deliveryStatuses, type EventPayload, type EventType, eventTypes, webhookStatuses } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

/** Where a workspace wants to be told of events. The signing secret is kept sealed: only a Worker that holds SECRETS_KEY can read it. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    url: text().notNull(),
    events: text({ mode: "json" }).$type<EventType[]>().notNull(),
    description: text().notNull(),
    sealedSecret: text().notNull(),
    status: text({ enum: webhookStatuses }).notNull(),
    disabledReason: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("webhooks_workspace_idx").on(t.workspaceId, t.id)],
);

/** One event on its way to one webhook. `round` counts requests to deliver it again; a round has its own workflow instance. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    webhookId: text()
      .notNull()
      .references(() => webhooks.id, { onDelete: "cascade" }),
    eventId: text().notNull(),
    eventType: text({ enum: eventTypes }).notNull(),
    payload: text({ mode: "json" }).$type<EventPayload>().notNull(),
    status: text({ enum: deliveryStatuses }).notNull(),
    round: integer().notNull(),
    attempts: integer().notNull(),
    responseStatus: integer(),
    error: text(),
    firstAttemptAt: integer({ mode: "timestamp_ms" }),
    lastAttemptAt: integer({ mode: "timestamp_ms" }),
    nextAttemptAt: integer({ mode: "timestamp_ms" }),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("webhook_deliveries_event_webhook_idx").on(t.eventId, t.webhookId),
    index("webhook_deliveries_workspace_idx").on(t.workspaceId, t.id),
    index("webhook_deliveries_workspace_status_idx").on(t.workspaceId, t.status, t.id),
    index("webhook_deliveries_webhook_idx").on(t.webhookId, t.id),
    index("webhook_deliveries_status_next_idx").on(t.status, t.nextAttemptAt),
  ],
);
