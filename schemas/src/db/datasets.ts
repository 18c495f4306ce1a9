import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uploadStatuses } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

export const uploads = sqliteTable(
  "uploads",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    filename: text().notNull(),
    key: text().notNull(),
    sizeBytes: integer().notNull(),
    sha256: text().notNull(),
    partBytes: integer().notNull(),
    partCount: integer().notNull(),
    /** S3's own id of the multipart upload. */
    multipartId: text().notNull(),
    status: text({ enum: uploadStatuses }).notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    expiresAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    index("uploads_workspace_idx").on(t.workspaceId, t.id),
    index("uploads_status_expires_idx").on(t.status, t.expiresAt),
  ],
);

export const datasets = sqliteTable(
  "datasets",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    description: text().notNull(),
    latestVersionId: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("datasets_workspace_name_idx").on(t.workspaceId, t.name),
    index("datasets_workspace_idx").on(t.workspaceId, t.id),
  ],
);

/** An immutable state of a dataset: the row names the manifest, the manifest names the bytes. */
export const versions = sqliteTable(
  "versions",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    datasetId: text()
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    parentId: text(),
    runId: text().notNull(),
    layers: text({ mode: "json" }).$type<string[]>().notNull(),
    sampleCount: integer().notNull(),
    rejectCount: integer().notNull(),
    shardCount: integer().notNull(),
    sizeBytes: integer().notNull(),
    manifestKey: text().notNull(),
    manifestSha256: text().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("versions_dataset_number_idx").on(t.datasetId, t.number),
    uniqueIndex("versions_run_idx").on(t.runId),
    index("versions_workspace_idx").on(t.workspaceId, t.id),
  ],
);
