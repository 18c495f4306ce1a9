import { createRoute } from "@hono/zod-openapi";
import { createSuite } from "@whetstone/core/suites/create-suite";
import { getSuite, listSuites } from "@whetstone/core/suites/read-suites";
import { CreateSuite, Page, Suite } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Suites"];

const postSuite = createRoute({
  method: "post",
  path: "/v1/suites",
  tags,
  summary: "Make a suite",
  description: "A list of benchmark sets, each fixed to a version. A suite never changes.",
  request: { body: body(CreateSuite, "The sets, or `datacomp: true`") },
  responses: { 201: json(Suite, "The suite"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/suites",
  tags,
  summary: "List suites",
  request: pageQuery,
  responses: { 200: json(Page(Suite), "A page of suites"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/suites/{id}",
  tags,
  summary: "Get a suite",
  request: idParam("suite"),
  responses: { 200: json(Suite, "The suite"), ...problems },
});

export const suites = createRouter()
  .openapi(postSuite, async (c) => {
    const suite = await createSuite(c.var.ctx, c.req.valid("json"));
    return c.json(suite, 201, { location: `/v1/suites/${suite.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listSuites(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getSuite(c.var.ctx, c.req.valid("param").id), 200));
