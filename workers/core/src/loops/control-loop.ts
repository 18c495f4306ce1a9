import type { Loop } from "@whetstone/schemas/api";
import { iterations, loops, runs } from "@whetstone/schemas/db";
import { and, desc, eq, inArray, isNotNull, isNull, lt } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { batch } from "../batch.ts";
import { type Context, requireScope } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { cancelRun } from "../runs/cancel-run.ts";
import { isSettled, loadRun } from "../runs/load-run.ts";
import { runEvent } from "../runs/run-event.ts";
import { getOwned } from "../scope.ts";
import { iterationId } from "./open-step.ts";
import { getLoop } from "./read-loops.ts";

/** The step at work ends, then nothing is begun until the loop is resumed. */
export async function pauseLoop(ctx: Context, id: string): Promise<Loop> {
  const { runId } = await openLoop(ctx, id);
  await batch(ctx, [
    ctx.db
      .update(loops)
      .set({ pausedAt: ctx.now() })
      .where(and(eq(loops.id, id), isNull(loops.pausedAt))),
    runEvent(ctx, { runId, type: "loop.paused" }),
    auditRow(ctx, { action: "loop.pause", subjectId: id }),
  ]);
  return answer(ctx, id);
}

export async function resumeLoop(ctx: Context, id: string): Promise<Loop> {
  const { runId } = await openLoop(ctx, id);
  await batch(ctx, [
    ctx.db
      .update(loops)
      .set({ pausedAt: null })
      .where(and(eq(loops.id, id), isNotNull(loops.pausedAt))),
    runEvent(ctx, { runId, type: "loop.resumed" }),
    auditRow(ctx, { action: "loop.resume", subjectId: id }),
  ]);
  await ctx.pipeline.revive(runId).catch(() => undefined);
  return answer(ctx, id);
}

export async function cancelLoop(ctx: Context, id: string): Promise<Loop> {
  const { runId } = await openLoop(ctx, id);
  await cancelRun(ctx, runId);
  return answer(ctx, id);
}

/** Makes an iteration's weights the loop's model, whatever the gate said. Only while nobody is at work on another. */
export async function promoteIteration(ctx: Context, id: string, number: number): Promise<Loop> {
  const loop = await restingLoop(ctx, id);
  const row = await getOwned(ctx, iterations, { what: "iteration", id: iterationId(id, number) });
  if (row.status === "running") throw new AppError("conflict", `iteration ${number} of ${id} has not ended`);
  await choose(ctx, { id, runId: loop.runId, number });
  return answer(ctx, id);
}

/** Goes back to the weights that were in place before; what is taken out is marked. */
export async function rollBackLoop(ctx: Context, id: string): Promise<Loop> {
  const loop = await restingLoop(ctx, id);
  const [before] = await ctx.db
    .select({ number: iterations.number })
    .from(iterations)
    .where(
      and(eq(iterations.loopId, id), inArray(iterations.status, ["promoted"]), lt(iterations.number, loop.promoted)),
    )
    .orderBy(desc(iterations.number))
    .limit(1);
  if (!before)
    throw new AppError("conflict", `loop ${id} has nothing to go back to: it is at iteration ${loop.promoted}`);
  await choose(ctx, { id, runId: loop.runId, number: before.number, takesOut: loop.promoted });
  return answer(ctx, id);
}

interface Choice {
  id: string;
  runId: string;
  number: number;
  takesOut?: number;
}

async function choose(ctx: Context, { id, runId, number, takesOut }: Choice): Promise<void> {
  const mark = (iteration: number, status: "promoted" | "rolled-back") =>
    ctx.db
      .update(iterations)
      .set({ status })
      .where(eq(iterations.id, iterationId(id, iteration)));
  await batch(ctx, [
    ctx.db.update(loops).set({ promoted: number }).where(eq(loops.id, id)),
    takesOut === undefined ? mark(number, "promoted") : mark(takesOut, "rolled-back"),
    runEvent(ctx, { runId, type: "loop.promoted", data: { iteration: number } }),
    auditRow(ctx, { action: takesOut === undefined ? "loop.promote" : "loop.rollback", subjectId: id }),
  ]);
}

async function openLoop(ctx: Context, id: string) {
  requireScope(ctx, "runs:write");
  const loop = await getOwned(ctx, loops, { what: "loop", id });
  const run = await loadRun(ctx, loop.runId);
  if (isSettled(run)) throw new AppError("conflict", `loop ${id} has ended: its run ${run.status}`);
  return loop;
}

async function restingLoop(ctx: Context, id: string) {
  requireScope(ctx, "runs:write");
  const loop = await getOwned(ctx, loops, { what: "loop", id });
  const [run] = await ctx.db.select().from(runs).where(eq(runs.id, loop.runId));
  if (!run) throw notFound("run", loop.runId);
  if (!isSettled(run) && loop.pausedAt === null)
    throw new AppError("conflict", `loop ${id} is at work; pause it first, then choose its weights`);
  return loop;
}

const answer = (ctx: Context, id: string): Promise<Loop> =>
  getLoop(
    ctx.actor.kind === "key" ? { ...ctx, actor: { ...ctx.actor, scopes: [...ctx.actor.scopes, "runs:read"] } } : ctx,
    id,
  );
