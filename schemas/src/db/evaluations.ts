import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type {
  Aggregate,
  EvaluationResult,
  EvaluationScores,
  EvaluationSet,
  EvaluationTask,
  Suite,
} from "../api/index.ts";
import { workspaces } from "./workspaces.ts";

/** A list of benchmark sets. Rows never change. */
export const suites = sqliteTable(
  "suites",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text().notNull(),
    description: text().notNull(),
    sets: text({ mode: "json" }).$type<EvaluationSet[]>().notNull(),
    aggregate: text({ enum: ["mean", "datacomp"] }).notNull(),
    missing: text({ mode: "json" }).$type<Suite["missing"]>().notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("suites_workspace_name_idx").on(t.workspaceId, t.name),
    index("suites_workspace_idx").on(t.workspaceId, t.id),
  ],
);

/** A model judged on a version or a suite. Status is its run's; long tables of scores stay with the run's tasks. */
export const evaluations = sqliteTable(
  "evaluations",
  {
    id: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    runId: text().notNull(),
    modelId: text().notNull(),
    versionId: text(),
    suiteId: text(),
    tasks: text({ mode: "json" }).$type<EvaluationTask[]>().notNull(),
    scores: text({ mode: "json" }).$type<EvaluationScores[]>(),
    results: text({ mode: "json" }).$type<EvaluationResult[]>(),
    aggregates: text({ mode: "json" }).$type<Aggregate[]>(),
    contaminationAgainst: text(),
    metadata: text({ mode: "json" }).$type<Record<string, string>>(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [uniqueIndex("evaluations_run_idx").on(t.runId), index("evaluations_workspace_idx").on(t.workspaceId, t.id)],
);

/** A link that shows an evaluation to whoever has it. Only the token's hash is kept. */
export const shares = sqliteTable(
  "shares",
  {
    id: text().primaryKey(),
    workspaceId: text().notNull(),
    evaluationId: text()
      .notNull()
      .references(() => evaluations.id, { onDelete: "cascade" }),
    hash: text().notNull(),
    expiresAt: integer({ mode: "timestamp_ms" }).notNull(),
    createdAt: integer({ mode: "timestamp_ms" }).notNull(),
  },
  (t) => [
    uniqueIndex("shares_hash_idx").on(t.hash),
    index("shares_workspace_idx").on(t.workspaceId, t.id),
    index("shares_evaluation_idx").on(t.evaluationId, t.id),
  ],
);
