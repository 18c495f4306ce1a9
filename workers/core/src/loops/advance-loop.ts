import { isSettled } from "../runs/load-run.ts";
import { settleRun } from "../runs/settle-run.ts";
import { failRun } from "../runs/fail-run.ts";
import { lookAtRun } from "../runs/look-at-run.ts";
import type { Context } from "../context.ts";
import { closeStep } from "./close-step.ts";
import { endLoop } from "./end-loop.ts";
import { type LoadedLoop, loadLoop } from "./load-loop.ts";
import { nextMove } from "./next-move.ts";
import { openStep } from "./open-step.ts";
import { recordVerdict } from "./record-verdict.ts";

const maxMoves = 20;
const maxLostRaces = 5;

/** `waiting` for tasks, `paused` by somebody, `over` for good. */
export interface Advance {
  state: "waiting" | "paused" | "over";
}

/**
 * Does all that can be done of a loop until it waits for tasks. What to do follows from finished steps alone, and every write is one
 * batch that takes effect once: repeated, or done by two at a time, it is done once.
 */
export async function advanceLoop(ctx: Context, runId: string): Promise<Advance> {
  let lost = 0;
  for (let moves = 0; moves < maxMoves; moves += 1) {
    const loaded = await loadLoop(ctx, runId);
    try {
      const state = await move(ctx, loaded);
      if (state) return { state };
    } catch (error) {
      // A twin, a cancel or a pause was first: the batch took nothing with it. Look again, but not for ever.
      lost += 1;
      if (lost > maxLostRaces || !(await hasMoved(ctx, loaded))) throw error;
    }
  }
  return { state: "waiting" };
}

async function move(ctx: Context, loaded: LoadedLoop): Promise<Advance["state"] | undefined> {
  const { run, loop, spec, history, open } = loaded;
  if (isSettled(run)) return "over";
  if (run.status === "cancelling") return cancel(ctx, loaded);
  if (open) return (await closeStep(ctx, loaded, open)) === "waiting" ? "waiting" : undefined;
  if (loop.pausedAt !== null) return "paused";

  const next = nextMove(spec, history);
  switch (next.kind) {
    case "step":
      await openStep(ctx, loaded, next);
      return undefined;
    case "verdict":
      await recordVerdict(ctx, loaded, next);
      return undefined;
    case "end":
      await endLoop(ctx, loaded, next);
      return "over";
    case "fail":
      await failRun(ctx, { runId: run.id, code: next.code, message: next.message });
      return "over";
  }
}

async function cancel(ctx: Context, { run }: LoadedLoop): Promise<Advance["state"]> {
  const { open } = await lookAtRun(ctx, run.id);
  if (open > 0) return "waiting";
  await settleRun(ctx, run, { status: "cancelled" });
  return "over";
}

async function hasMoved(ctx: Context, before: LoadedLoop): Promise<boolean> {
  const now = await loadLoop(ctx, before.run.id);
  return stateOf(now) !== stateOf(before);
}

const stateOf = ({ run, loop, history, open, taskCount }: LoadedLoop): string =>
  JSON.stringify([
    run.status,
    loop.promoted,
    loop.pausedAt,
    open?.id,
    taskCount,
    history.iterations.map(({ status, steps }) => [status, steps.length]),
  ]);
