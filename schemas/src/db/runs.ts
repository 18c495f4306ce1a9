import { index, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import {
  type Run,
  type RunBudget,
  type RunParams,
  type RunPrices,
  runEventTypes,
  runKinds,
  runStatuses,
  taskStatuses,
} from "../api/index.ts";
import type { Checkpoint } from "../tasks/protocol.ts";
import type { InputFile, OutputFile } from "../tasks/files.ts";
import { taskKinds } from "../tasks/kinds.ts";
import { workspaces } from "./workspaces.ts";

/** A piece of work. Rows are never deleted: a failed run is a result too. */
export const runs = sqliteTable(
  "runs",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    kind: text({ enum: runKinds }).notNull(),
    name: text(),
    status: text({ enum: runStatuses }).notNull(),
    params: text({ mode: "json" }).$type<RunParams>().notNull(),
    /** Tasks the run has in all its waves; null until its workflow has counted them. */
    taskCount: integer(),
    /** What `GET` shows of the tasks, frozen as the run settles so that reading an old run is reading one row. */
    summary: text({ mode: "json" }).$type<Pick<Run, "tasks" | "progress" | "counts">>(),
    /** Limits on what is spent, and the prices the run was asked for under. */
    budget: text({ mode: "json" }).$type<RunBudget>(),
    prices: text({ mode: "json" }).$type<RunPrices>(),
    /** By attempts that have ended. Null in runs from before anybody counted; money also where there are no prices. */
    endedAttempts: integer(),
    spentSeconds: real(),
    spentTokens: integer(),
    spentMoney: real(),
    /** Written by the workflow as it closes; derived ids, so writing twice is writing once. */
    outputVersionId: text(),
    outputModelId: text(),
    outputEvaluationId: text(),
    errorCode: text(),
    errorMessage: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    startedAt: integer({ mode: "timestamp_ms" }),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [index("runs_workspace_idx").on(t.workspaceId, t.id), index("runs_status_idx").on(t.status, t.id)],
);

/**
 * A unit of a run. `attempt` counts leases ever given and, with `lease`, fences every write about it: a word that carries an older
 * attempt or another lease changes nothing.
 */
export const tasks = sqliteTable(
  "tasks",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    runId: text()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    wave: integer().notNull(),
    index: integer().notNull(),
    kind: text({ enum: taskKinds }).notNull(),
    status: text({ enum: taskStatuses }).notNull(),
    params: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    inputs: text({ mode: "json" }).$type<InputFile[]>().notNull(),
    /** Where a row can't hold the inputs: the last name in each page of them, which lie in storage in the order of their names. */
    inputPages: text({ mode: "json" }).$type<string[]>(),
    /** Labels a runner must have. */
    needs: text({ mode: "json" }).$type<string[]>().notNull(),
    attempt: integer().notNull().default(0),
    /** Attempts given back unharmed (a runner drained); they do not count against `maxAttempts`. */
    releases: integer().notNull().default(0),
    maxAttempts: integer().notNull(),
    lease: text(),
    leaseExpiresAt: integer({ mode: "timestamp_ms" }),
    /** When the attempt at work, or the last one, began. */
    leasedAt: integer({ mode: "timestamp_ms" }),
    runnerId: text(),
    /** Not before this time: back-off after a failure. */
    availableAt: integer({ mode: "timestamp_ms" }).notNull(),
    progressDone: real(),
    progressTotal: real(),
    progressUnit: text(),
    checkpoint: text({ mode: "json" }).$type<Checkpoint & { key: string }>(),
    /** Number of the attempt's last note that became an event. */
    noteCount: integer().notNull().default(0),
    result: text({ mode: "json" }).$type<Record<string, unknown>>(),
    outputs: text({ mode: "json" }).$type<(OutputFile & { key: string })[]>(),
    errorCode: text(),
    errorMessage: text(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    startedAt: integer({ mode: "timestamp_ms" }),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [
    index("tasks_run_index_idx").on(t.runId, t.index),
    index("tasks_run_status_index_idx").on(t.runId, t.status, t.index),
    index("tasks_lease_expires_idx").on(t.status, t.leaseExpiresAt),
  ],
);

/** What happened to a run, in order; the SSE stream reads on from the last id a client saw. */
export const runEvents = sqliteTable(
  "run_events",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    runId: text()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    type: text({ enum: runEventTypes }).notNull(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("run_events_run_idx").on(t.runId, t.id)],
);

/** A process that does tasks. `workspaceId` is null for the platform's own pool. */
export const runners = sqliteTable(
  "runners",
  {
    id: text().primaryKey(),
    workspaceId: text(),
    keyId: text().notNull(),
    name: text().notNull(),
    kinds: text({ mode: "json" }).$type<(typeof taskKinds)[number][]>().notNull(),
    labels: text({ mode: "json" }).$type<string[]>().notNull(),
    codeVersion: text().notNull(),
    lastSeenAt: integer({ mode: "timestamp_ms" }).notNull(),
    /** Up to here its time has been put to the account of some run. */
    countedUntil: integer({ mode: "timestamp_ms" }),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("runners_seen_idx").on(t.lastSeenAt)],
);
