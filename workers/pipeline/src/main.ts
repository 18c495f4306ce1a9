import { WorkerEntrypoint } from "cloudflare:workers";
import { closePassedBlocks } from "@whetstone/core/streams/close-blocks";
import type { Env } from "./env.ts";
import { createPipeline, systemContext } from "./pipeline.ts";
import { tick } from "./tick.ts";

export { DeliverWebhook } from "./deliver-webhook.ts";
export { ImportLog } from "./import-log.ts";
export { LoopRun } from "./loop-run.ts";
export { ScheduledReport } from "./scheduled-report.ts";
export {
  EvaluateRun,
  IndexRun,
  IngestRun,
  NoopRun,
  ProfileRun,
  RefineRun,
  SearchRun,
  SelectRun,
  TrainRun,
} from "./run-workflows.ts";

/** What the API Worker calls over its service binding. */
export class Pipeline extends WorkerEntrypoint<Env> {
  start(runId: string): Promise<void> {
    return createPipeline(this.env).start(runId);
  }

  nudge(runId: string): Promise<void> {
    return createPipeline(this.env).nudge(runId);
  }

  revive(runId: string): Promise<void> {
    return createPipeline(this.env).revive(runId);
  }

  deliver(deliveryId: string, round: number): Promise<void> {
    return createPipeline(this.env).deliver(deliveryId, round);
  }

  /** Answers at once; what doesn't get done now, the next tick does. */
  closeBlocks(lifetimeId: string): void {
    this.ctx.waitUntil(closePassedBlocks(systemContext(this.env, "close blocks"), lifetimeId));
  }

  report(scheduleRunId: string): Promise<void> {
    return createPipeline(this.env).report(scheduleRunId);
  }

  importLog(importId: string): Promise<void> {
    return createPipeline(this.env).importLog(importId);
  }

  tick(): Promise<void> {
    return tick(this.env);
  }
}

export default {
  /** Nothing of this Worker is on the network. */
  fetch: () => new Response("not found", { status: 404 }),
  scheduled: (_controller, env) => tick(env),
} satisfies ExportedHandler<Env>;
