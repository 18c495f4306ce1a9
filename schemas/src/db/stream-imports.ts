import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { lifetimeRoles, type StreamMatrix, streamImportStatuses } from "../api/index.ts";
import { streams } from "./streams.ts";

/** A log archive on its way into a lifetime. */
export const streamImports = sqliteTable(
  "stream_imports",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    streamId: text()
      .notNull()
      .references(() => streams.id, { onDelete: "cascade" }),
    uploadId: text().notNull(),
    lifetime: text().notNull(),
    role: text({ enum: lifetimeRoles }).notNull(),
    status: text({ enum: streamImportStatuses }).notNull(),
    fileCount: integer().notNull(),
    addedRows: integer().notNull(),
    knownRows: integer().notNull(),
    failures: text({ mode: "json" }).$type<{ file: string; detail: string }[]>().notNull(),
    error: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    startedAt: integer({ mode: "timestamp_ms" }),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [
    index("stream_imports_stream_idx").on(t.streamId, t.id),
    index("stream_imports_status_idx").on(t.status, t.id),
  ],
);

/** Accuracy matrices of learners that were measured elsewhere. Never changed: a newer one is another row. */
export const streamMatrices = sqliteTable(
  "stream_matrices",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    streamId: text()
      .notNull()
      .references(() => streams.id, { onDelete: "cascade" }),
    lifetime: text().notNull(),
    matrix: text({ mode: "json" }).$type<StreamMatrix["matrix"]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("stream_matrices_stream_idx").on(t.streamId, t.id)],
);
