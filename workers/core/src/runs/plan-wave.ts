import { tasks } from "@whetstone/schemas/db";
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { findReached } from "../spending/find-stop.ts";
import { placeInputs } from "../tasks/task-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { loadRun } from "./load-run.ts";
import { type RunRow, taskId, type TaskPlan } from "./run-kind.ts";
import { partsOfKind } from "./run-kinds.ts";

export const waveSize = 1000;
/** D1 takes two megabytes a row and a parameter; this leaves room. */
const maxRowBytes = 1_500_000;
const maxChunkBytes = 500_000;

/** Writes the tasks of a wave. Ids are derived, so a repeated step meets its own rows; nothing is planned for a run that stopped running or has spent its budget. */
export async function planWave(ctx: Context, { runId, wave }: { runId: string; wave: number }): Promise<void> {
  const run = await loadRun(ctx, runId);
  if (run.status !== "running" || findReached(run.budget, run) !== undefined) return;
  const from = wave * waveSize;
  const to = Math.min(from + waveSize, run.taskCount ?? 0);
  const plans = await partsOfKind[run.kind].planTasks(ctx, { run, from, to });

  await batch(ctx, await taskInserts(ctx, { run, plans, wave, from }));
}

/** The writes that make plans tasks of the run, numbered from `from` on. */
export async function taskInserts(
  ctx: Context,
  { run, plans, wave, from }: { run: RunRow; plans: readonly TaskPlan[]; wave: number; from: number },
) {
  const rows: string[] = [];
  for (const [i, plan] of plans.entries()) {
    const row = JSON.stringify(await toRow(ctx, { run, plan, wave, index: from + i }));
    if (row.length > maxRowBytes)
      throw new RunFailure(
        "too_many_inputs",
        `task ${from + i} would read more shards than one task can list; use a smaller version, or one pushed with more samples a shard (--shard-samples)`,
      );
    rows.push(row);
  }
  return chunk(rows).map((texts) => insertRows(ctx, { runId: run.id, json: `[${texts.join(",")}]` }));
}

async function toRow(
  ctx: Context,
  { run, plan, wave, index }: { run: RunRow; plan: TaskPlan; wave: number; index: number },
) {
  const nowMs = ctx.now().getTime();
  const named = { id: taskId(run.id, index), workspaceId: run.workspaceId, runId: run.id };
  return {
    ...named,
    wave,
    index,
    kind: plan.kind,
    status: "queued",
    params: plan.params,
    ...(await placeInputs(ctx, named, plan.inputs)),
    needs: [],
    attempt: 0,
    releases: 0,
    noteCount: 0,
    maxAttempts: run.params.maxAttempts,
    availableAt: nowMs,
    createdAt: nowMs,
    ...(plan.size ? { progressDone: 0, progressTotal: plan.size.total, progressUnit: plan.size.unit } : {}),
  };
}

/** One statement for many rows: D1 binds at most 100 parameters, so rows travel as one JSON. */
function insertRows(ctx: Context, { runId, json }: { runId: string; json: string }) {
  const values: SQL[] = Object.entries(getTableColumns(tasks)).map(([name, column]) => {
    const path = sql.raw(`'$.${name}'`);
    return column.dataType === "json" ? sql`value -> ${path}` : sql`value ->> ${path}`;
  });
  return ctx.db
    .insert(tasks)
    .select(
      sql`select ${sql.join(values, sql`, `)} from json_each(${json}) where exists (select 1 from runs where id = ${runId} and status = 'running')`,
    )
    .onConflictDoNothing();
}

function chunk(rows: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    if (bytes + row.length > maxChunkBytes) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(row);
    bytes += row.length;
  }
  return chunks;
}
