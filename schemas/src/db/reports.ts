import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { CreateReport } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

/** A file of a report. */
export interface ReportFile {
  name: string;
  key: string;
  mediaType: string;
  sizeBytes: number;
  sha256: string;
}

/** Metrics of streams written up at one time. */
export const reports = sqliteTable(
  "reports",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** The schedule that asked for it; null when a person did. */
    scheduleId: text(),
    name: text().notNull(),
    query: text({ mode: "json" }).$type<CreateReport>().notNull(),
    files: text({ mode: "json" }).$type<ReportFile[]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("reports_workspace_idx").on(t.workspaceId, t.id), index("reports_schedule_idx").on(t.scheduleId, t.id)],
);
