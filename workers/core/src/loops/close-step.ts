import { loops, loopSteps, tasks } from "@whetstone/schemas/db";
import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import type { Step } from "../methods/method.ts";
import { expireLeases } from "../tasks/expire-leases.ts";
import { runEvent } from "../runs/run-event.ts";
import { RunFailure } from "../runs/run-failure.ts";
import { costOf, sum } from "./budget.ts";
import { finishStep } from "./finish-step.ts";
import type { LoadedLoop, StepRow } from "./load-loop.ts";
import type { FinishedStep } from "./loop-spec.ts";

type TaskRow = typeof tasks.$inferSelect;

/** Ends the open step when its tasks have; a failed task fails the run, except a loss that was no number, which costs the iteration alone. */
export async function closeStep(ctx: Context, loaded: LoadedLoop, open: StepRow): Promise<"waiting" | "closed"> {
  await batch(ctx, [...expireLeases(ctx)]);
  const rows = await ctx.db
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.runId, loaded.run.id),
        gte(tasks.index, open.firstTask),
        lt(tasks.index, open.firstTask + open.taskCount),
      ),
    )
    .orderBy(asc(tasks.index));
  if (rows.length < open.taskCount) throw new Error(`step ${open.id} has ${rows.length} of ${open.taskCount} tasks`);
  const failed = rows.find(({ status }) => status === "failed");
  if (failed && failed.errorCode !== "loss_not_finite")
    throw new RunFailure(
      "tasks_failed",
      `step ${open.name} of iteration ${open.iteration} failed: ${failed.errorCode ?? "unknown"} (${(failed.errorMessage ?? "").slice(0, 500)})`,
    );
  if (!failed && rows.some(({ status }) => status !== "succeeded")) return "waiting";
  await write(ctx, { loaded, open, done: failed ? toFailed(open, failed) : toFinished(open, rows) });
  return "closed";
}

function toFinished(open: StepRow, rows: readonly TaskRow[]): FinishedStep {
  const outcomes = rows.map((row) => ({
    result: row.result ?? {},
    outputs: (row.outputs ?? []).map(({ name, key, sizeBytes, sha256 }) => ({ name, key, sizeBytes, sha256 })),
    seconds: ((row.finishedAt?.getTime() ?? 0) - (row.startedAt?.getTime() ?? 0)) / 1000,
  }));
  return finishStep(open.step as unknown as Step, outcomes);
}

function toFailed(open: StepRow, { errorCode, errorMessage }: TaskRow): FinishedStep {
  const summary = { error: errorMessage, code: errorCode };
  return { step: open.step as unknown as Step, status: "failed", summary, outputs: [], seconds: 0 };
}

interface Closing {
  loaded: LoadedLoop;
  open: StepRow;
  done: FinishedStep;
}

async function write(ctx: Context, { loaded: { run, loop }, open, done }: Closing): Promise<void> {
  const { status, summary, outputs, seconds } = done;
  const data = { iteration: open.iteration, step: open.name, kind: open.kind, status, seconds };
  await batch(ctx, [
    ctx.db
      .update(loopSteps)
      .set({
        // Null breaks NOT NULL: a twin that was first has counted the cost already.
        status: sql`case when ${loopSteps.status} = 'running' then ${status} end`,
        summary,
        outputs,
        seconds,
        finishedAt: ctx.now(),
      })
      .where(eq(loopSteps.id, open.id)),
    ctx.db
      .update(loops)
      .set({ spent: sum(loop.spent, costOf(done)) })
      .where(eq(loops.id, loop.id)),
    runEvent(ctx, { runId: run.id, type: "step.finished", data }),
  ]);
}
