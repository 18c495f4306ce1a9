import type { Run, RunEvent, RunSpent } from "@whetstone/schemas/api";
import type { runEvents } from "@whetstone/schemas/db";
import type { RunRow } from "./run-kind.ts";
import type { Summary } from "./summarise-tasks.ts";

export function toRun(row: RunRow, { spent, ...summary }: Summary & { spent: RunSpent }): Run {
  return {
    id: row.id,
    object: "run",
    kind: row.kind,
    name: row.name,
    status: row.status,
    params: row.params,
    ...summary,
    output: { versionId: row.outputVersionId, modelId: row.outputModelId, evaluationId: row.outputEvaluationId },
    budget: { limits: row.budget, spent },
    prices: row.prices,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export function toRunEvent({ id, type, data, createdAt }: typeof runEvents.$inferSelect): RunEvent {
  return { id, type, at: createdAt.toISOString(), data };
}
