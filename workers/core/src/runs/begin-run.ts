import type { RunStatus } from "@whetstone/schemas/api";
import { runEvents, runs } from "@whetstone/schemas/db";
import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { loadRun } from "./load-run.ts";
import { partsOfKind } from "./run-kinds.ts";

/** Counts a queued run's tasks and sets it running; of a run that began before, answers how it stands. */
export async function beginRun(ctx: Context, runId: string): Promise<{ status: RunStatus; taskCount: number }> {
  const run = await loadRun(ctx, runId);
  if (run.status !== "queued") return { status: run.status, taskCount: run.taskCount ?? 0 };

  const taskCount = await partsOfKind[run.kind].countTasks(ctx, run);
  const now = ctx.now();
  const isQueued = and(eq(runs.id, runId), eq(runs.status, "queued"));
  await ctx.db.batch([
    ctx.db.insert(runEvents).select(sql`
      select null, ${runs.id}, 'run.running', json_object('taskCount', ${taskCount}), ${now.getTime()} from ${runs} where ${isQueued}`),
    ctx.db.update(runs).set({ status: "running", taskCount, startedAt: now }).where(isQueued),
  ]);
  const { status } = await loadRun(ctx, runId);
  return { status, taskCount };
}
