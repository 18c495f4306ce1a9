import { z } from "zod";
import { Id } from "./ids.ts";
import { PageQuery } from "./paging.ts";

/** What a webhook can be told of. `webhook.test` is sent on request only, whatever the webhook subscribes to. */
export const eventTypes = [
  "run.succeeded",
  "run.failed",
  "run.cancelled",
  "evaluation.completed",
  "evaluation.failed",
  "report.created",
  "webhook.test",
] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** A message's body: thin, so that a receiver asks the API for the rest with a key of its own. */
export const EventPayload = z
  .object({ type: EventType, timestamp: z.iso.datetime(), data: z.looseObject({ id: z.string(), object: z.string() }) })
  .meta({ id: "EventPayload" });
export type EventPayload = z.infer<typeof EventPayload>;

export const webhookStatuses = ["enabled", "disabled"] as const;

export const Webhook = z
  .object({
    id: Id("webhook"),
    object: z.literal("webhook"),
    url: z.string(),
    events: z.array(EventType),
    description: z.string(),
    status: z.enum(webhookStatuses),
    disabledReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

/** A webhook just made. `secret` is shown this once; give it to a Standard Webhooks library. */
export const NewWebhook = Webhook.extend({ secret: z.string() }).meta({ id: "NewWebhook" });
export type NewWebhook = z.infer<typeof NewWebhook>;

export const CreateWebhook = z
  .object({
    url: z.url({ protocol: /^https?$/ }).max(2000),
    events: z
      .array(EventType.exclude(["webhook.test"]))
      .min(1)
      .max(eventTypes.length),
    description: z.string().max(500).default(""),
  })
  .meta({ id: "CreateWebhook" });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** `dead`: every try failed, or the webhook was disabled; it can be delivered again on request. */
export const deliveryStatuses = ["pending", "delivered", "dead"] as const;
export const DeliveryStatus = z.enum(deliveryStatuses);

/** One event on its way to one webhook. */
export const WebhookDelivery = z
  .object({
    id: Id("delivery"),
    object: z.literal("webhook_delivery"),
    webhookId: Id("webhook"),
    eventId: Id("event").meta({ description: "the header webhook-id: the same at every try and every webhook" }),
    event: EventPayload,
    status: DeliveryStatus,
    attempts: z.int(),
    responseStatus: z.int().nullable().meta({ description: "of the last try; null when no answer came" }),
    error: z.string().nullable(),
    lastAttemptAt: z.iso.datetime().nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "WebhookDelivery" });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const DeliveriesQuery = PageQuery.extend({
  webhookId: Id("webhook").optional(),
  status: DeliveryStatus.optional(),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;
