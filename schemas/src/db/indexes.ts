import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { versions } from "./datasets.ts";

/** The newest index of a version. It holds nothing the version's layers do not, and can be made again. */
export const indexes = sqliteTable("indexes", {
  versionId: text()
    .primaryKey()
    .references(() => versions.id, { onDelete: "cascade" }),
  workspaceId: text().notNull(),
  runId: text().notNull(),
  key: text().notNull(),
  createdAt: integer({ mode: "timestamp_ms" }).notNull(),
});
