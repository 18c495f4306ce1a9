import { createRoute } from "@hono/zod-openapi";
import { createEvaluation } from "@whetstone/core/evaluations/create-evaluation";
import { getEvaluation, listEvaluations } from "@whetstone/core/evaluations/read-evaluations";
import { CreateEvaluation, Evaluation, Page } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Evaluations"];

const postEvaluation = createRoute({
  method: "post",
  path: "/v1/evaluations",
  tags,
  summary: "Judge a model on a version",
  description: "Starts a run; the evaluation's status is that run's, and its scores are there once it has succeeded.",
  request: { body: body(CreateEvaluation, "The model, the version and what to measure") },
  responses: { 202: json(Evaluation, "The queued evaluation"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/evaluations",
  tags,
  summary: "List evaluations",
  request: pageQuery,
  responses: { 200: json(Page(Evaluation), "A page of evaluations"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/evaluations/{id}",
  tags,
  summary: "Get an evaluation",
  request: idParam("evaluation"),
  responses: { 200: json(Evaluation, "The evaluation"), ...problems },
});

export const evaluations = createRouter()
  .openapi(postEvaluation, async (c) => {
    const evaluation = await createEvaluation(c.var.ctx, c.req.valid("json"));
    return c.json(evaluation, 202, { location: `/v1/evaluations/${evaluation.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listEvaluations(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getEvaluation(c.var.ctx, c.req.valid("param").id), 200));
