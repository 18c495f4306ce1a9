import type { Run } from "@whetstone/schemas/api";
import { type Context, requireScope } from "../context.ts";
import { findHeld, toSpent } from "../spending/to-spent.ts";
import { loadRun } from "./load-run.ts";
import type { RunRow } from "./run-kind.ts";
import { summariseRuns } from "./summarise-tasks.ts";
import { toRun } from "./to-run.ts";

export async function getRun(ctx: Context, runId: string): Promise<Run> {
  requireScope(ctx, "runs:read");
  const [run] = await toRuns(ctx, [await loadRun(ctx, runId)]);
  if (!run) throw new Error(`run ${runId} was lost between two lines`);
  return run;
}

export async function toRuns(ctx: Context, rows: readonly RunRow[]): Promise<Run[]> {
  const [summaries, held] = await Promise.all([summariseRuns(ctx, rows), findHeld(ctx, rows)]);
  return rows.flatMap((row) => {
    const summary = summaries.get(row.id);
    return summary ? [toRun(row, { ...summary, spent: toSpent(row, held.get(row.id)) })] : [];
  });
}
