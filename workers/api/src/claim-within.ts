import type { Context } from "@whetstone/core/context";
import { seeRunner } from "@whetstone/core/runners/see-runner";
import { claimTasks } from "@whetstone/core/tasks/claim-tasks";
import { lendTask } from "@whetstone/core/tasks/lend-task";
import type { ClaimedTasks, ClaimTasks } from "@whetstone/schemas/tasks";

const pollMs = 400;

/** Claims, and while there is nothing asks D1 again about every 400 ms until `waitMs` is over or the runner has hung up. */
export async function claimWithin(
  ctx: Context,
  { runnerId, max, waitMs, signal }: ClaimTasks & { signal: AbortSignal },
): Promise<ClaimedTasks> {
  const runner = await seeRunner(ctx, runnerId);
  const endsAt = ctx.now().getTime() + waitMs;
  for (;;) {
    const claimed = await claimTasks(ctx, { runner, max });
    if (claimed.length > 0) return { tasks: await Promise.all(claimed.map((row) => lendTask(ctx, row))) };
    const pauseMs = pollMs * (0.75 + ctx.random() / 2);
    if (signal.aborted || ctx.now().getTime() + pauseMs > endsAt) return { tasks: [] };
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    // Nobody would hear of what is claimed now; it would only lie there until its lease runs out.
    if (signal.aborted) return { tasks: [] };
  }
}
