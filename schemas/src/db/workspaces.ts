import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Prices, Quotas, Scope } from "../api/index.ts";

export const workspaces = sqliteTable("workspaces", {
  id: text().primaryKey(),
  name: text().notNull(),
  quotas: text({ mode: "json" }).$type<Quotas>().notNull(),
  prices: text({ mode: "json" }).$type<Prices>(),
  createdAt: integer({ mode: "timestamp_ms" }).notNull(),
});

/** Keys of people and programs. A runner key of the platform's own pool has no workspace. Only the hash is kept. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    workspaceId: text().references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    prefix: text().notNull(),
    hash: text().notNull(),
    scopes: text({ mode: "json" }).$type<Scope[]>().notNull(),
    expiresAt: integer({ mode: "timestamp_ms" }),
    lastUsedAt: integer({ mode: "timestamp_ms" }),
    revokedAt: integer({ mode: "timestamp_ms" }),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [uniqueIndex("api_keys_hash_idx").on(t.hash), index("api_keys_workspace_idx").on(t.workspaceId, t.id)],
);

/** A browser that signed in with a key, or a link that lets one do so once. It holds what its key holds, and dies with it. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    keyId: text()
      .notNull()
      .references(() => apiKeys.id, { onDelete: "cascade" }),
    kind: text({ enum: ["session", "link"] }).notNull(),
    hash: text().notNull(),
    expiresAt: integer({ mode: "timestamp_ms" }).notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [uniqueIndex("sessions_hash_idx").on(t.hash), index("sessions_expires_idx").on(t.expiresAt)],
);

/** Who wrote what and when. Every write verb adds its row in the same batch as the write. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subjectId: text().notNull(),
    requestId: text().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("audit_events_workspace_idx").on(t.workspaceId, t.id)],
);

/** Answers kept for 48 h so that a repeated POST replays instead of repeating. `status` is null while the first is running. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    id: text().primaryKey(),
    bodyHash: text().notNull(),
    status: integer(),
    response: text(),
    headers: text({ mode: "json" }).$type<Record<string, string>>(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("idempotency_keys_created_idx").on(t.createdAt)],
);
