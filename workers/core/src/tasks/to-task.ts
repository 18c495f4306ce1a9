import type { Task } from "@whetstone/schemas/api";
import { Counts } from "@whetstone/schemas/tasks";
import type { TaskRow } from "./claim-tasks.ts";

export function toTask(row: TaskRow): Task {
  const { progressDone, progressTotal, progressUnit } = row;
  const hasProgress = progressDone !== null && progressTotal !== null && progressUnit !== null;
  return {
    id: row.id,
    object: "task",
    runId: row.runId,
    kind: row.kind,
    index: row.index,
    status: row.status,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    runnerId: row.runnerId,
    leaseExpiresAt: row.leaseExpiresAt?.toISOString() ?? null,
    progress: hasProgress ? { done: progressDone, total: progressTotal, unit: progressUnit } : null,
    counts: Counts.safeParse(row.result?.["counts"]).data ?? {},
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
