import type { Iteration, Loop, LoopStatus } from "@whetstone/schemas/api";
import type { Slots } from "@whetstone/schemas/db";
import type { RunRow } from "../runs/run-kind.ts";
import type { IterationRow, LoopRow, StepRow } from "./load-loop.ts";

interface Standing {
  run: RunRow;
  /** The promoted iteration, once there is one. */
  promoted: Pick<IterationRow, "slots" | "monitors"> | undefined;
}

export function toLoop(row: LoopRow, { run, promoted: turn }: Standing): Loop {
  const { id, name, method, parameters, runId, streamId, promoted, request } = row;
  return {
    id,
    object: "loop",
    name,
    method,
    parameters,
    status: statusOf(row, run),
    reason: row.reason ?? run.errorMessage,
    runId,
    streamId,
    iteration: { done: row.iterationsDone, total: request.iterations },
    promoted,
    verified: turn?.monitors?.verified ?? null,
    weights: hashes(turn?.slots ?? row.start),
    budget: { limits: request.budget, spent: row.spent },
    forkOf: request.forkOf ?? null,
    request: request,
    createdAt: row.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

/** How the run stands, and what of it is the loop's own. */
function statusOf({ pausedAt, outcome }: LoopRow, { status }: RunRow): LoopStatus {
  if (status === "succeeded") return outcome ?? "succeeded";
  return status === "running" && pausedAt !== null ? "paused" : status;
}

export function toIteration(row: IterationRow, steps: readonly StepRow[]): Iteration {
  const { loopId, number, status, decisions, monitors, gate, alarms, cost } = row;
  return {
    object: "iteration",
    loopId,
    number,
    status,
    steps: steps.map((step) => ({
      name: step.name,
      kind: step.kind,
      status: step.status,
      summary: step.summary,
      seconds: step.seconds,
    })),
    decisions,
    monitors,
    gate,
    alarms,
    weights: hashes(row.slots),
    cost,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

const hashes = (slots: Slots): Loop["weights"] =>
  Object.fromEntries(Object.entries(slots).map(([slot, { sha256 }]) => [slot, sha256]));
