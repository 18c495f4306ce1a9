import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { LifelongOptions } from "../api/index.ts";
import { lifetimes } from "./streams.ts";

/** Metrics of a lifetime at one of its revisions. The id is derived from all that they depend on, so asking again is looking up. */
export const metricResults = sqliteTable(
  "metric_results",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    lifetimeId: text()
      .notNull()
      .references(() => lifetimes.id, { onDelete: "cascade" }),
    /** Of the lifetime. */
    revision: integer().notNull(),
    options: text({ mode: "json" }).$type<LifelongOptions>().notNull(),
    codeVersion: text().notNull(),
    /** Experts by lifetime id, with the revision that was used. */
    experts: text({ mode: "json" }).$type<Record<string, number>>().notNull(),
    metrics: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("metric_results_lifetime_idx").on(t.lifetimeId, t.id)],
);
