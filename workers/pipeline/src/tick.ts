import { purgeAnswers } from "@whetstone/core/idempotency/idempotency";
import { findWaitingRuns } from "@whetstone/core/upkeep/find-waiting-runs";
import { takeBackLeases } from "@whetstone/core/upkeep/take-back-leases";
import { expireUploads } from "@whetstone/core/uploads/expire-uploads";
import type { Env } from "./env.ts";
import { createPipeline, systemContext } from "./pipeline.ts";

/** Once a minute: whatever an event, a start or an answer that got lost left undone. One chore's failure leaves the others alone. */
export async function tick(env: Env): Promise<void> {
  const ctx = systemContext(env, "tick");
  const chores = [() => takeBackLeases(ctx), () => reviveRuns(env), () => purgeAnswers(ctx), () => expireUploads(ctx)];
  const failures: unknown[] = [];
  for (const chore of chores) await chore().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${chores.length} chores failed`);
}

async function reviveRuns(env: Env): Promise<void> {
  const pipeline = createPipeline(env);
  const { unstarted, low } = await findWaitingRuns(systemContext(env, "tick"));
  const results = await Promise.allSettled([...unstarted.map(pipeline.start), ...low.map(pipeline.revive)]);
  const failed = results.filter((result) => result.status === "rejected");
  if (failed.length > 0)
    throw new AggregateError(
      failed.map((result) => result.reason),
      `${failed.length} runs can't be revived`,
    );
}
