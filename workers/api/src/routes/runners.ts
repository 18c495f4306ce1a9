import { createRoute } from "@hono/zod-openapi";
import { listRunners } from "@whetstone/core/runners/list-runners";
import { Page, Runner } from "@whetstone/schemas/api";
import { pageQuery } from "../params.ts";
import { createRouter, json, problems } from "../router.ts";

const getRunners = createRoute({
  method: "get",
  path: "/v1/runners",
  tags: ["Runners"],
  summary: "List runners that work for the workspace",
  request: pageQuery,
  responses: { 200: json(Page(Runner), "A page of runners"), ...problems },
});

export const runners = createRouter().openapi(getRunners, async (c) =>
  c.json(await listRunners(c.var.ctx, c.req.valid("query")), 200),
);
