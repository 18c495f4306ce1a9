import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import type { Context } from "@whetstone/core/context";
import { AppError } from "@whetstone/core/errors";
import { type Advance, advanceLoop } from "@whetstone/core/loops/advance-loop";
import { beginRun } from "@whetstone/core/runs/begin-run";
import { failRun } from "@whetstone/core/runs/fail-run";
import { RunFailure } from "@whetstone/core/runs/run-failure";
import type { Env, RunParams } from "./env.ts";
import { systemContext } from "./pipeline.ts";

const patient = { retries: { limit: 8, delay: "1 second", backoff: "exponential" }, timeout: "5 minutes" } as const;
/** Below the engine's 10,000 steps; the tick starts an instance anew that ended with its loop still going. */
const maxLooks = 3000;

/**
 * A loop's tasks are found one step at a time: advance, wait for them, advance. Nothing is kept here: what comes next follows from what D1
 * holds, so an instance may be started again at any point.
 */
export class LoopRun extends WorkflowEntrypoint<Env, RunParams> {
  override async run({ payload: { runId } }: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<void> {
    const ctx = systemContext(this.env, "loop");
    try {
      await step.do("begin", patient, () => told(ctx, runId, () => beginRun(ctx, runId)));
      for (let looks = 0; looks < maxLooks; looks += 1) {
        const { state } = await step.do(`advance ${looks}`, patient, () =>
          told<Advance>(ctx, runId, () => advanceLoop(ctx, runId)),
        );
        if (state === "over") return;
        await waitForNews(step, { looks, state });
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isNews = await step.do("record failure", patient, () => failRun(ctx, { runId, code: "internal", message }));
      if (isNews) throw error;
    }
  }
}

async function waitForNews(step: WorkflowStep, { looks, state }: { looks: number } & Advance): Promise<void> {
  const timeout = state === "paused" ? "1 day" : (`${Math.min(10, 1 + Math.floor(looks / 30))} minutes` as const);
  try {
    await step.waitForEvent(`news ${looks}`, { type: "tasks-settled", timeout });
  } catch {
    // Nobody told us anything in time: look anyway.
  }
}

/** Ends the run in its own words when its data can't work; anything else is tried again. */
async function told<T>(ctx: Context, runId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isFinal = error instanceof RunFailure || (error instanceof AppError && error.code !== "storage_unavailable");
    if (!isFinal) throw error;
    await failRun(ctx, { runId, code: error.code, message: error.message });
    throw new NonRetryableError(error.message, error.code);
  }
}
