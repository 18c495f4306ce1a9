import { createRoute } from "@hono/zod-openapi";
import { deleteWebhook, enableWebhook } from "@whetstone/core/webhooks/change-webhook";
import { createWebhook } from "@whetstone/core/webhooks/create-webhook";
import { getDelivery, getWebhook, listDeliveries, listWebhooks } from "@whetstone/core/webhooks/read-webhooks";
import { redeliver, testWebhook } from "@whetstone/core/webhooks/redeliver";
import { CreateWebhook, DeliveriesQuery, NewWebhook, Page, Webhook, WebhookDelivery } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Webhooks"];

const postWebhook = createRoute({
  method: "post",
  path: "/v1/webhooks",
  tags,
  summary: "Make a webhook",
  description:
    "Events are POSTed to `url` as Standard Webhooks says; verify them with `secret`, which is shown this once. Any 2xx is taken as received.",
  request: { body: body(CreateWebhook, "Where to, and which events") },
  responses: { 201: json(NewWebhook, "The webhook and its secret"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/webhooks",
  tags,
  summary: "List webhooks",
  request: pageQuery,
  responses: { 200: json(Page(Webhook), "A page of webhooks"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}",
  tags,
  summary: "Get a webhook",
  request: idParam("webhook"),
  responses: { 200: json(Webhook, "The webhook"), ...problems },
});

const deleteOne = createRoute({
  method: "delete",
  path: "/v1/webhooks/{id}",
  tags,
  summary: "Delete a webhook",
  description: "Its deliveries go with it.",
  request: idParam("webhook"),
  responses: { 200: json(Webhook, "The webhook as it was"), ...problems },
});

const postEnable = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/enable",
  tags,
  summary: "Enable a webhook again",
  description: "A receiver that answers 410 disables its webhook.",
  request: idParam("webhook"),
  responses: { 200: json(Webhook, "The webhook"), ...problems },
});

const postTest = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/test",
  tags,
  summary: "Send a test event",
  request: idParam("webhook"),
  responses: { 202: json(WebhookDelivery, "The delivery of a webhook.test event"), ...problems },
});

const getDeliveries = createRoute({
  method: "get",
  path: "/v1/webhook-deliveries",
  tags,
  summary: "List deliveries",
  description: "`status=dead` lists dead letters: events that no try brought across.",
  request: { query: DeliveriesQuery },
  responses: { 200: json(Page(WebhookDelivery), "A page of deliveries"), ...problems },
});

const getOneDelivery = createRoute({
  method: "get",
  path: "/v1/webhook-deliveries/{id}",
  tags,
  summary: "Get a delivery",
  request: idParam("delivery"),
  responses: { 200: json(WebhookDelivery, "The delivery as it stands"), ...problems },
});

const postRedeliver = createRoute({
  method: "post",
  path: "/v1/webhook-deliveries/{id}/redeliver",
  tags,
  summary: "Deliver an event again",
  description: "With all tries anew, under the same `webhook-id`.",
  request: idParam("delivery"),
  responses: { 202: json(WebhookDelivery, "The delivery, pending"), ...problems },
});

export const webhooks = createRouter()
  .openapi(postWebhook, async (c) => {
    c.set("isSecret", true);
    const webhook = await createWebhook(c.var.ctx, c.req.valid("json"));
    return c.json(webhook, 201, { location: `/v1/webhooks/${webhook.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listWebhooks(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getWebhook(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(deleteOne, async (c) => c.json(await deleteWebhook(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postEnable, async (c) => c.json(await enableWebhook(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postTest, async (c) => c.json(await testWebhook(c.var.ctx, c.req.valid("param").id), 202))
  .openapi(getDeliveries, async (c) => c.json(await listDeliveries(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOneDelivery, async (c) => c.json(await getDelivery(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postRedeliver, async (c) => c.json(await redeliver(c.var.ctx, c.req.valid("param").id), 202));
