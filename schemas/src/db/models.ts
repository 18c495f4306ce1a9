import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ModelFileName, ModelPackage } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

export const models = sqliteTable(
  "models",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    number: integer().notNull(),
    parentId: text(),
    runId: text(),
    versionId: text(),
    hash: text().notNull(),
    package: text({ mode: "json" }).$type<ModelPackage>().notNull(),
    files: text({ mode: "json" })
      .$type<{ name: ModelFileName; key: string; sizeBytes: number; sha256: string }[]>()
      .notNull(),
    metrics: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("models_workspace_name_number_idx").on(t.workspaceId, t.name, t.number),
    index("models_workspace_idx").on(t.workspaceId, t.id),
  ],
);
