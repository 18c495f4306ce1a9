import { iterations, loops } from "@whetstone/schemas/db";
import { eq, sql } from "drizzle-orm";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { runEvent } from "../runs/run-event.ts";
import { costOf, nothingSpent, sum } from "./budget.ts";
import type { LoadedLoop } from "./load-loop.ts";
import type { Move, Verdict } from "./loop-spec.ts";
import { iterationId } from "./open-step.ts";
import { recordIteration } from "./record-iteration.ts";

/** Ends an iteration, once, and lets its weights in where the gate did. */
export async function recordVerdict(
  ctx: Context,
  loaded: LoadedLoop,
  { iteration, startsFrom, verdict: judged }: Extract<Move, { kind: "verdict" }>,
): Promise<void> {
  const { run, loop, history } = loaded;
  const verdict = settle(judged, { startsFrom, promoted: loop.promoted });
  const { status, decisions, monitors, gate, alarms, slots } = verdict;
  await recordIteration(ctx, loaded, { iteration, verdict });
  const steps = history.iterations[iteration]?.steps ?? [];
  await batch(ctx, [
    ctx.db
      .update(iterations)
      .set({
        status: sql`case when ${iterations.status} = 'running' then ${status} end`,
        decisions,
        monitors,
        gate,
        alarms,
        slots,
        cost: steps.map(costOf).reduce(sum, nothingSpent),
        finishedAt: ctx.now(),
      })
      .where(eq(iterations.id, iterationId(loop.id, iteration))),
    ctx.db
      .update(loops)
      .set({ iterationsDone: iteration, ...(status === "promoted" ? { promoted: iteration } : {}) })
      .where(eq(loops.id, loop.id)),
    runEvent(ctx, { runId: run.id, type: "iteration.finished", data: { iteration, status } }),
  ]);
}

/** Somebody chose other weights while the candidate was made: it was compared with what is not in place any more. */
function settle(verdict: Verdict, { startsFrom, promoted }: { startsFrom: number; promoted: number }): Verdict {
  if (verdict.status !== "promoted" || startsFrom === promoted) return verdict;
  const overtaken = `it was compared with iteration ${startsFrom}, and iteration ${promoted} has been promoted by hand since`;
  return { ...verdict, status: "refused", decisions: { ...verdict.decisions, overtaken } };
}
