import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "./env.ts";
import { createPipeline } from "./pipeline.ts";
import { tick } from "./tick.ts";

export { DeliverWebhook } from "./deliver-webhook.ts";
export { EvaluateRun, IngestRun, NoopRun, RefineRun, TrainRun } from "./run-workflows.ts";

/** What the API Worker calls over its service binding. */
export class Pipeline extends WorkerEntrypoint<Env> {
  start(runId: string): Promise<void> {
    return createPipeline(this.env).start(runId);
  }

  nudge(runId: string): Promise<void> {
    return createPipeline(this.env).nudge(runId);
  }

  deliver(deliveryId: string, round: number): Promise<void> {
    return createPipeline(this.env).deliver(deliveryId, round);
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
