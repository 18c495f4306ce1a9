import { index, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import {
  type Alarm,
  type CreateLoop,
  type GateVerdict,
  type HubCheckpoint,
  type Iteration,
  iterationStatuses,
  methodIds,
  type Monitors,
} from "../api/index.ts";
import type { InputFile } from "../tasks/files.ts";
import { runs } from "./runs.ts";
import { workspaces } from "./workspaces.ts";

/** What a slot holds: files under plain names, or a checkpoint of the hub. `sha256` is null while no runner has unpacked or fetched it. */
export interface SlotWeights {
  sha256: string | null;
  files: InputFile[];
  hub?: HubCheckpoint;
  optimiser?: InputFile;
}
export type Slots = Record<string, SlotWeights>;

/** A model that learns from what it made. What runs it is its run; how it stands is the run's status, `pausedAt` and `outcome`. */
export const loops = sqliteTable(
  "loops",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    runId: text()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    streamId: text(),
    name: text().notNull(),
    method: text({ enum: methodIds }).notNull(),
    /** Defaults filled in. */
    parameters: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    request: text({ mode: "json" }).$type<CreateLoop>().notNull(),
    /** What the slots hold before anything is learned. */
    start: text({ mode: "json" }).$type<Slots>().notNull(),
    promoted: integer().notNull().default(0),
    iterationsDone: integer().notNull().default(0),
    spent: text({ mode: "json" }).$type<Iteration["cost"]>().notNull(),
    outcome: text({ enum: ["succeeded", "stopped"] }),
    reason: text(),
    pausedAt: integer({ mode: "timestamp_ms" }),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("loops_workspace_idx").on(t.workspaceId, t.id), index("loops_run_idx").on(t.runId)],
);

export const iterations = sqliteTable(
  "iterations",
  {
    /** Derived from loop and number. */
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    loopId: text()
      .notNull()
      .references(() => loops.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    status: text({ enum: iterationStatuses }).notNull(),
    /** Iteration whose weights it began with. */
    startsFrom: integer().notNull(),
    decisions: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    monitors: text({ mode: "json" }).$type<Monitors>(),
    gate: text({ mode: "json" }).$type<GateVerdict>(),
    alarms: text({ mode: "json" }).$type<Alarm[]>().notNull(),
    /** As it leaves them. */
    slots: text({ mode: "json" }).$type<Slots>().notNull(),
    cost: text({ mode: "json" }).$type<Iteration["cost"]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [index("iterations_loop_number_idx").on(t.loopId, t.number)],
);

/** A step of an iteration: its tasks have the indexes from `firstTask` on. What a loop does next follows from the finished ones alone. */
export const loopSteps = sqliteTable(
  "loop_steps",
  {
    /** Derived from loop, iteration and place. */
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    loopId: text()
      .notNull()
      .references(() => loops.id, { onDelete: "cascade" }),
    iteration: integer().notNull(),
    ordinal: integer().notNull(),
    name: text().notNull(),
    kind: text({ enum: ["sample", "reduce", "learn"] }).notNull(),
    step: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    status: text({ enum: ["running", "succeeded", "failed"] }).notNull(),
    summary: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    firstTask: integer().notNull(),
    taskCount: integer().notNull(),
    /** Of each task in turn, what it left. */
    outputs: text({ mode: "json" }).$type<InputFile[][]>().notNull(),
    seconds: real(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
    finishedAt: integer({ mode: "timestamp_ms" }),
  },
  (t) => [index("loop_steps_loop_iteration_idx").on(t.loopId, t.iteration, t.ordinal)],
);
