import { webhookDeliveries, webhooks } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { Webhook as Signer } from "standardwebhooks";
import { auditRow } from "../audit/audit-row.ts";
import type { Context } from "../context.ts";
import { refuseUrl } from "./refuse-url.ts";
import { scheduleAttempt } from "./schedule-attempt.ts";

/** One HTTP POST, or the reason there was no answer. */
export type SendMessage = (message: {
  url: string;
  headers: Record<string, string>;
  body: string;
}) => Promise<{ status: number; retryAfterMs?: number | undefined } | { error: string }>;

export interface Attempt {
  deliveryId: string;
  round: number;
  /** How many tries came before. A repeated step meets the try it made and makes no other. */
  attempt: number;
  send: SendMessage;
}

/** Tries a delivery once and records how it went. `waitMs` is how long until the next try; null when there is none. */
export async function attemptDelivery(ctx: Context, attempt: Attempt): Promise<{ waitMs: number | null }> {
  const { deliveryId, round } = attempt;
  const [found] = await ctx.db
    .select()
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(isOpen(deliveryId, round));
  if (!found) return { waitMs: null };
  const { webhook_deliveries: delivery, webhooks: webhook } = found;
  if (delivery.attempts > attempt.attempt) return { waitMs: msUntil(ctx, delivery.nextAttemptAt) };

  if (webhook.status === "disabled") return finish(ctx, attempt, { status: "dead", error: "the webhook is disabled" });
  const sentAt = ctx.now();
  const answer = await sendSigned(ctx, { delivery, webhook, send: attempt.send });
  const tried = {
    attempts: delivery.attempts + 1,
    firstAttemptAt: delivery.firstAttemptAt ?? sentAt,
    lastAttemptAt: sentAt,
    responseStatus: "status" in answer ? answer.status : null,
  };
  if ("status" in answer && answer.status >= 200 && answer.status < 300)
    return finish(ctx, attempt, { ...tried, status: "delivered", error: null });

  const error = "error" in answer ? answer.error : `the receiver answered ${answer.status}`;
  if ("status" in answer && answer.status === 410) return disable(ctx, attempt, { tried, webhook });
  const nextAttemptAt = scheduleAttempt({
    attempts: tried.attempts,
    firstAttemptAt: tried.firstAttemptAt,
    now: ctx.now(),
    retryAfterMs: "status" in answer ? answer.retryAfterMs : undefined,
    random: ctx.random(),
  });
  if (!nextAttemptAt) return finish(ctx, attempt, { ...tried, status: "dead", error });
  await ctx.db
    .update(webhookDeliveries)
    .set({ ...tried, error, nextAttemptAt })
    .where(isOpen(deliveryId, round));
  return { waitMs: msUntil(ctx, nextAttemptAt) };
}

type Row = typeof webhookDeliveries.$inferSelect;

async function sendSigned(
  ctx: Context,
  { delivery, webhook, send }: { delivery: Row; webhook: typeof webhooks.$inferSelect; send: SendMessage },
): ReturnType<SendMessage> {
  // The rules may be stricter than on the day it was registered.
  const refusal = refuseUrl(webhook.url, ctx.urlPolicy);
  if (refusal !== undefined) return { error: `the address ${refusal}` };
  const body = JSON.stringify(delivery.payload);
  const at = ctx.now();
  const secret = await ctx.vault.open(webhook.sealedSecret, webhook.id).catch((error: Error) => error);
  if (secret instanceof Error) return { error: secret.message };
  const signer = new Signer(secret);
  const headers = {
    "content-type": "application/json",
    "user-agent": "Whetstone-Webhooks/1",
    "webhook-id": delivery.eventId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signer.sign(delivery.eventId, at, body),
  };
  return send({ url: webhook.url, headers, body });
}

async function finish(ctx: Context, { deliveryId, round }: Attempt, end: Partial<Row>): Promise<{ waitMs: null }> {
  await ctx.db
    .update(webhookDeliveries)
    .set({ ...end, nextAttemptAt: null })
    .where(isOpen(deliveryId, round));
  return { waitMs: null };
}

/** The receiver is gone for good: the webhook stops, and so does all that was on its way there. */
async function disable(
  ctx: Context,
  { deliveryId, round }: Attempt,
  { tried, webhook }: { tried: Partial<Row>; webhook: typeof webhooks.$inferSelect },
): Promise<{ waitMs: null }> {
  const error = "the receiver answered 410";
  await ctx.db.batch([
    ctx.db
      .update(webhookDeliveries)
      .set({ ...tried, status: "dead", error, nextAttemptAt: null })
      .where(isOpen(deliveryId, round)),
    ctx.db
      .update(webhookDeliveries)
      .set({ status: "dead", error: "the webhook is disabled", nextAttemptAt: null })
      .where(and(eq(webhookDeliveries.webhookId, webhook.id), eq(webhookDeliveries.status, "pending"))),
    ctx.db.update(webhooks).set({ status: "disabled", disabledReason: error }).where(eq(webhooks.id, webhook.id)),
    auditRow(ctx, { workspaceId: webhook.workspaceId, action: "webhook.disable", subjectId: webhook.id }),
  ]);
  return { waitMs: null };
}

/** Whether a delivery is still to be made in this round. */
const isOpen = (id: string, round: number) =>
  and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.round, round), eq(webhookDeliveries.status, "pending"));

const msUntil = (ctx: Context, date: Date | null): number =>
  Math.max(0, (date ?? ctx.now()).getTime() - ctx.now().getTime());
