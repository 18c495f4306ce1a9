import type { WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import type { Context } from "@whetstone/core/context";
import { AppError } from "@whetstone/core/errors";
import { beginRun } from "@whetstone/core/runs/begin-run";
import { closeRun } from "@whetstone/core/runs/close-run";
import { failRun } from "@whetstone/core/runs/fail-run";
import { lookAtRun } from "@whetstone/core/runs/look-at-run";
import { planWave, waveSize } from "@whetstone/core/runs/plan-wave";
import { RunFailure } from "@whetstone/core/runs/run-failure";
import { lowWater } from "@whetstone/core/tasks/open-tasks";

const patient = { retries: { limit: 8, delay: "1 second", backoff: "exponential" }, timeout: "5 minutes" } as const;

/**
 * Plans tasks in waves, waits until they settle, closes. Every step may be repeated. An event only says "look now": a lost one costs a
 * timeout, never the run, so truth is always what the look finds in D1.
 */
export async function runWaves(ctx: Context, { runId, step }: { runId: string; step: WorkflowStep }): Promise<void> {
  const run = createSteps(ctx, { runId, step });
  try {
    let { status, taskCount } = await run.do("begin", () => beginRun(ctx, runId));
    let open = 0;
    let isSpent = false;
    let wave = 0;
    const hasMoreWaves = () => status === "running" && !isSpent && wave * waveSize < taskCount;
    for (let looks = 0; ; looks += 1) {
      // The next wave is there before the former has drained, so runners never idle.
      if (hasMoreWaves() && open < lowWater) {
        const planned = wave;
        await run.do(`plan wave ${planned}`, () => planWave(ctx, { runId, wave: planned }));
        wave += 1;
      }
      ({ status, open, isSpent } = await run.do(`look ${looks}`, () => lookAtRun(ctx, runId)));
      if (open === 0 && !hasMoreWaves()) break;
      if (open >= lowWater || !hasMoreWaves()) await waitForNews(step, looks);
    }
    await run.do("close", () => closeRun(ctx, runId));
  } catch (error) {
    // A step gave up: a run must not stay open with nobody at work on it. One that was failed in its own words has ended as it should.
    const message = error instanceof Error ? error.message : String(error);
    const isNews = await step.do("record failure", patient, () => failRun(ctx, { runId, code: "internal", message }));
    if (isNews) throw error;
  }
}

/** One minute at first, ten in long runs: a run of weeks stays below the engine's 10,000 steps. */
async function waitForNews(step: WorkflowStep, looks: number): Promise<void> {
  const minutes = Math.min(10, 1 + Math.floor(looks / 30));
  try {
    await step.waitForEvent(`tasks settled ${looks}`, { type: "tasks-settled", timeout: `${minutes} minutes` });
  } catch {
    // Nobody told us anything in time: look anyway.
  }
}

/** Steps that end the run at once when its own data can't work; anything else they throw is tried again. */
function createSteps(ctx: Context, { runId, step }: { runId: string; step: WorkflowStep }) {
  return {
    do: <T extends Rpc.Serializable<T>>(name: string, work: () => Promise<T>): Promise<T> =>
      step.do(name, patient, async () => {
        try {
          return await work();
        } catch (error) {
          const isFinal =
            error instanceof RunFailure || (error instanceof AppError && error.code !== "storage_unavailable");
          if (!isFinal) throw error;
          await failRun(ctx, { runId, code: error.code, message: error.message });
          throw new NonRetryableError(error.message, error.code);
        }
      }),
  };
}
