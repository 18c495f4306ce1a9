import { createRoute } from "@hono/zod-openapi";
import { getPrices } from "@whetstone/core/prices/get-prices";
import { replacePrices } from "@whetstone/core/prices/replace-prices";
import { Prices, WorkspacePrices } from "@whetstone/schemas/api";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Workspaces"];
const path = "/v1/prices";

const getAll = createRoute({
  method: "get",
  path,
  tags,
  summary: "What runners and tokens cost the workspace",
  responses: { 200: json(WorkspacePrices, "The prices, null while there are none"), ...problems },
});

const putAll = createRoute({
  method: "put",
  path,
  tags,
  summary: "Replace the prices",
  description: "They count for runs asked for from now on: a run keeps the prices it began with.",
  request: { body: body(Prices, "All prices there are") },
  responses: { 200: json(WorkspacePrices, "The prices"), ...problems },
});

const deleteAll = createRoute({
  method: "delete",
  path,
  tags,
  summary: "Have no prices any more",
  responses: { 200: json(WorkspacePrices, "No prices"), ...problems },
});

export const prices = createRouter()
  .openapi(getAll, async (c) => c.json(await getPrices(c.var.ctx), 200))
  .openapi(putAll, async (c) => c.json(await replacePrices(c.var.ctx, c.req.valid("json")), 200))
  .openapi(deleteAll, async (c) => c.json(await replacePrices(c.var.ctx, null), 200));
