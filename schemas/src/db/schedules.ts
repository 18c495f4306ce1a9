import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { type CreateReport, scheduleRunStatuses, scheduleTriggers } from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

/** When a report is made. */
export const schedules = sqliteTable(
  "schedules",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    cron: text().notNull(),
    timezone: text().notNull(),
    report: text({ mode: "json" }).$type<CreateReport>().notNull(),
    isPaused: integer({ mode: "boolean" }).notNull(),
    /** Null while paused. */
    nextDueAt: integer({ mode: "timestamp_ms" }),
    lastDueAt: integer({ mode: "timestamp_ms" }),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("schedules_workspace_idx").on(t.workspaceId, t.id), index("schedules_due_idx").on(t.nextDueAt)],
);

/** One report of a schedule. The id is derived from schedule and due time, so two ticks make one. */
export const scheduleRuns = sqliteTable(
  "schedule_runs",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    scheduleId: text()
      .notNull()
      .references(() => schedules.id, { onDelete: "cascade" }),
    trigger: text({ enum: scheduleTriggers }).notNull(),
    dueAt: integer({ mode: "timestamp_ms" }).notNull(),
    status: text({ enum: scheduleRunStatuses }).notNull(),
    reportId: text(),
    errorCode: text(),
    errorMessage: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    /** When it was last taken up. */
    startedAt: integer({ mode: "timestamp_ms" }),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [
    index("schedule_runs_schedule_idx").on(t.scheduleId, t.id),
    index("schedule_runs_status_idx").on(t.status, t.id),
  ],
);
