import { createRoute } from "@hono/zod-openapi";
import { getUsage } from "@whetstone/core/usage/get-usage";
import { Usage, UsageQuery } from "@whetstone/schemas/api";
import { createRouter, json, problems } from "../router.ts";

const getAll = createRoute({
  method: "get",
  path: "/v1/usage",
  tags: ["Workspaces"],
  summary: "What the workspace's runs did, by day and kind",
  description: "Runs count once they have ended, on the day (UTC) they were asked for.",
  request: { query: UsageQuery },
  responses: { 200: json(Usage, "A row a day and kind, the latest first"), ...problems },
});

export const usage = createRouter().openapi(getAll, async (c) =>
  c.json(await getUsage(c.var.ctx, c.req.valid("query")), 200),
);
