import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { attemptDelivery } from "@whetstone/core/webhooks/attempt-delivery";
import type { DeliveryParams, Env } from "./env.ts";
import { systemContext } from "./pipeline.ts";
import { createSender } from "./send-webhook.ts";

const patient = { retries: { limit: 8, delay: "1 second", backoff: "exponential" }, timeout: "2 minutes" } as const;

/** One event to one webhook: a try, a wait as long as the schedule and the receiver want, and again. Survives restarts in between. */
export class DeliverWebhook extends WorkflowEntrypoint<Env, DeliveryParams> {
  override async run({ payload }: Readonly<WorkflowEvent<DeliveryParams>>, step: WorkflowStep): Promise<void> {
    const { deliveryId, round } = payload;
    const ctx = systemContext(this.env, "deliver-webhook");
    const send = createSender(ctx.urlPolicy);
    for (let attempt = 0; ; attempt += 1) {
      const { waitMs } = await step.do(`attempt ${attempt}`, patient, () =>
        attemptDelivery(ctx, { deliveryId, round, attempt, send }),
      );
      if (waitMs === null) return;
      await step.sleep(`before attempt ${attempt + 1}`, waitMs);
    }
  }
}
