import { iterations, loopSteps, runs } from "@whetstone/schemas/db";
import { eq, sql } from "drizzle-orm";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { taskInserts } from "../runs/plan-wave.ts";
import { runEvent } from "../runs/run-event.ts";
import { nothingSpent } from "./budget.ts";
import type { LoadedLoop } from "./load-loop.ts";
import { loadTaskFiles } from "./load-task-files.ts";
import type { Move } from "./loop-spec.ts";
import { planStep } from "./plan-step.ts";

/** Writes a step with its tasks, and its iteration where it is the first. Ids are derived: a twin's batch breaks on them and takes nothing with it. */
export async function openStep(ctx: Context, loaded: LoadedLoop, move: Extract<Move, { kind: "step" }>): Promise<void> {
  const { run, loop, spec, history, taskCount } = loaded;
  const { iteration, ordinal, startsFrom, step } = move;
  const { workspaceId } = loop;
  const task = await loadTaskFiles(ctx, loop);
  const plans = planStep({ spec, history, move, task });
  const createdAt = ctx.now();
  const begin =
    ordinal > 0
      ? []
      : [
          ctx.db.insert(iterations).values({
            id: iterationId(loop.id, iteration),
            workspaceId,
            loopId: loop.id,
            number: iteration,
            status: "running",
            startsFrom,
            decisions: {},
            alarms: [],
            slots: history.iterations[startsFrom]?.slots ?? spec.start,
            cost: nothingSpent,
            createdAt,
          }),
        ];
  await batch(ctx, [
    stillRunning(ctx, run.id, taskCount + plans.length),
    ...begin,
    ctx.db.insert(loopSteps).values({
      id: `${iterationId(loop.id, iteration)}_${String(ordinal).padStart(3, "0")}`,
      workspaceId,
      loopId: loop.id,
      iteration,
      ordinal,
      name: step.name,
      kind: step.kind,
      step: step,
      status: "running",
      summary: {},
      firstTask: taskCount,
      taskCount: plans.length,
      outputs: [],
      createdAt,
    }),
    ...(await taskInserts(ctx, { run, plans, wave: iteration, from: taskCount })),
    runEvent(ctx, { runId: run.id, type: "step.started", data: { iteration, step: step.name, kind: step.kind } }),
  ]);
}

export const iterationId = (loopId: string, number: number): string => `${loopId}_${String(number).padStart(4, "0")}`;

/** Null breaks NOT NULL, and with it the batch, unless the run is running. */
const stillRunning = (ctx: Context, runId: string, taskCount: number) =>
  ctx.db
    .update(runs)
    .set({ status: sql`case when ${runs.status} = 'running' then 'running' end`, taskCount })
    .where(eq(runs.id, runId));
