import type { RunKind, RunParams } from "@whetstone/schemas/api";
import type { InputFile, TaskKind } from "@whetstone/schemas/tasks";
import type { runs } from "@whetstone/schemas/db";
import type { BatchItem } from "drizzle-orm/batch";
import type { Context } from "../context.ts";

export type RunRow = typeof runs.$inferSelect;
export type RunOf<K extends RunKind> = RunRow & { params: Extract<RunParams, { kind: K }> };

/** A task before it is a row. */
export interface TaskPlan {
  kind: TaskKind;
  params: Record<string, unknown>;
  inputs: InputFile[];
  /** What is known of its size before anybody has begun. */
  size?: { total: number; unit: string };
}

/** What a run leaves behind when it succeeds: its outputs' ids and the writes that make them real, all in the closing batch. */
export interface Closing {
  output: { outputVersionId?: string; outputModelId?: string; outputEvaluationId?: string };
  statements: BatchItem<"sqlite">[];
}

/** All that differs between kinds of runs. Every part may be repeated and must then do and answer the same. */
export interface RunKindParts {
  countTasks(ctx: Context, run: RunRow): Promise<number>;
  /** Tasks `from` to `to` (exclusive). */
  planTasks(ctx: Context, plan: { run: RunRow; from: number; to: number }): Promise<TaskPlan[]>;
  close(ctx: Context, run: RunRow): Promise<Closing>;
}

/** Gives a kind's parts its own params; the row's `kind` column and `params.kind` are written together and never change. */
export function defineRunKind<K extends RunKind>(parts: {
  countTasks(ctx: Context, run: RunOf<K>): Promise<number>;
  planTasks(ctx: Context, plan: { run: RunOf<K>; from: number; to: number }): Promise<TaskPlan[]>;
  close(ctx: Context, run: RunOf<K>): Promise<Closing>;
}): RunKindParts {
  return parts;
}

/** Ids of what a run makes are its own id under another prefix, so making them twice is making them once. */
export const derivedId = (prefix: "dsv" | "mdl" | "eval" | "task", runId: string): string =>
  `${prefix}_${runId.slice(runId.indexOf("_") + 1)}`;
export const taskId = (runId: string, index: number): string =>
  `${derivedId("task", runId)}_${String(index).padStart(5, "0")}`;
