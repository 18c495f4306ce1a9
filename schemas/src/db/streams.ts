import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { blockStatuses, blockTypes, lifetimeRoles, type ScenarioInfo } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

/** A scenario under one name: lifetimes of learners, and experts to measure them against. */
export const streams = sqliteTable(
  "streams",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    scenario: text({ mode: "json" }).$type<ScenarioInfo>().notNull(),
    metricsColumns: text({ mode: "json" }).$type<string[]>().notNull(),
    expertStreamIds: text({ mode: "json" }).$type<string[]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("streams_workspace_idx").on(t.workspaceId, t.id)],
);

/** One run of a scenario. */
export const lifetimes = sqliteTable(
  "lifetimes",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    streamId: text()
      .notNull()
      .references(() => streams.id, { onDelete: "cascade" }),
    name: text().notNull(),
    role: text({ enum: lifetimeRoles }).notNull(),
    /** Counts batches taken in. */
    revision: integer().notNull(),
    /** Columns beside the standard ones, as the first batch had them. */
    columns: text({ mode: "json" }).$type<string[]>(),
    rowCount: integer().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("lifetimes_stream_name_idx").on(t.streamId, t.name),
    index("lifetimes_stream_idx").on(t.streamId, t.id),
  ],
);

/** A Parquet file of a block. */
export interface BlockFile {
  key: string;
  sizeBytes: number;
  sha256: string;
  rowCount: number;
}

/** A learning or evaluation block. Its rows lie in `files`, and in the batches that no file holds yet. */
export const blocks = sqliteTable(
  "blocks",
  {
    /** Derived from lifetime and number. */
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    lifetimeId: text()
      .notNull()
      .references(() => lifetimes.id, { onDelete: "cascade" }),
    blockNum: integer().notNull(),
    blockType: text({ enum: blockTypes }).notNull(),
    status: text({ enum: blockStatuses }).notNull(),
    rowCount: integer().notNull(),
    firstExpNum: integer().notNull(),
    lastExpNum: integer().notNull(),
    taskNames: text({ mode: "json" }).$type<string[]>().notNull(),
    files: text({ mode: "json" }).$type<BlockFile[]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    closedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [
    index("blocks_workspace_idx").on(t.workspaceId, t.id),
    uniqueIndex("blocks_lifetime_num_idx").on(t.lifetimeId, t.blockNum),
    index("blocks_status_idx").on(t.status, t.id),
  ],
);

/** Rows of one block that came in one batch. The row stays when its payload has moved to Parquet, so that a repeat is known. */
export const experienceBatches = sqliteTable(
  "experience_batches",
  {
    id: text().primaryKey(),
    lifetimeId: text()
      .notNull()
      .references(() => lifetimes.id, { onDelete: "cascade" }),
    blockNum: integer().notNull(),
    writer: text().notNull(),
    sequence: integer().notNull(),
    /** A batch too large for one row of D1 has several parts. */
    part: integer().notNull(),
    bodyHash: text().notNull(),
    rowCount: integer().notNull(),
    /** Columns as JSON; null once a Parquet file holds them. */
    payload: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("experience_batches_writer_sequence_idx").on(t.lifetimeId, t.writer, t.sequence, t.blockNum, t.part),
    index("experience_batches_block_idx").on(t.lifetimeId, t.blockNum, t.id),
  ],
);
