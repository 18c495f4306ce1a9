import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { decisions, reviewFields } from "../api/index.ts";
import { versions } from "./datasets.ts";

/** What people thought of samples. Rows are only added or undone; the latest of a sample counts. */
export const reviews = sqliteTable(
  "reviews",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    versionId: text()
      .notNull()
      .references(() => versions.id, { onDelete: "cascade" }),
    uid: text().notNull(),
    /** The sample's place in the version, so that a filter needs no look-up. */
    place: integer().notNull(),
    decision: text({ enum: decisions }).notNull(),
    field: text({ enum: reviewFields }),
    value: text(),
    keyId: text().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("reviews_version_idx").on(t.versionId, t.id), index("reviews_version_uid_idx").on(t.versionId, t.uid)],
);
