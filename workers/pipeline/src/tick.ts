import { purgeAnswers } from "@whetstone/core/idempotency/idempotency";
import { findWaitingRuns } from "@whetstone/core/upkeep/find-waiting-runs";
import { purgeSessions } from "@whetstone/core/sessions/end-sessions";
import { takeBackLeases } from "@whetstone/core/upkeep/take-back-leases";
import { findOpenScheduleRuns, queueDueSchedules } from "@whetstone/core/schedules/queue-due-schedules";
import { closePassedBlocks } from "@whetstone/core/streams/close-blocks";
import { findOpenImports } from "@whetstone/core/streams/stream-imports";
import { expireUploads } from "@whetstone/core/uploads/expire-uploads";
import { findLateDeliveries, purgeDeliveries } from "@whetstone/core/webhooks/tend-deliveries";
import type { Env } from "./env.ts";
import { createPipeline, systemContext } from "./pipeline.ts";

/** Once a minute: whatever an event, a start or an answer that got lost left undone. One chore's failure leaves the others alone. */
export async function tick(env: Env): Promise<void> {
  const ctx = systemContext(env, "tick");
  const chores = [
    () => takeBackLeases(ctx),
    () => reviveRuns(env),
    () => queueDueSchedules(ctx),
    () => resumeReports(env),
    () => resumeImports(env),
    () => resumeDeliveries(env),
    () => purgeAnswers(ctx),
    () => purgeDeliveries(ctx),
    () => purgeSessions(ctx),
    () => expireUploads(ctx),
    () => closePassedBlocks(ctx),
  ];
  const failures: unknown[] = [];
  for (const chore of chores) await chore().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${chores.length} chores failed`);
}

async function reviveRuns(env: Env): Promise<void> {
  const pipeline = createPipeline(env);
  const { unstarted, low } = await findWaitingRuns(systemContext(env, "tick"));
  await all("runs can't be revived", [...unstarted.map(pipeline.start), ...low.map(pipeline.revive)]);
}

async function resumeReports(env: Env): Promise<void> {
  const open = await findOpenScheduleRuns(systemContext(env, "tick"));
  await all("reports can't be made", open.map(createPipeline(env).resumeReport));
}

async function resumeImports(env: Env): Promise<void> {
  const open = await findOpenImports(systemContext(env, "tick"));
  await all("imports can't be resumed", open.map(createPipeline(env).resumeImport));
}

async function resumeDeliveries(env: Env): Promise<void> {
  const late = await findLateDeliveries(systemContext(env, "tick"));
  await all("deliveries can't be resumed", late.map(createPipeline(env).resumeDelivery));
}

async function all(complaint: string, work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).filter((result) => result.status === "rejected");
  if (failed.length > 0)
    throw new AggregateError(
      failed.map((result) => result.reason),
      `${failed.length} ${complaint}`,
    );
}
