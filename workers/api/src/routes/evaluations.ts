import { createRoute, z } from "@hono/zod-openapi";
import { compareEvaluations } from "@whetstone/core/evaluations/compare-evaluations";
import { createEvaluation } from "@whetstone/core/evaluations/create-evaluation";
import { getEvaluation, listEvaluationFiles, listEvaluations } from "@whetstone/core/evaluations/read-evaluations";
import { listExamples } from "@whetstone/core/evaluations/list-examples";
import { renderEvaluation } from "@whetstone/core/evaluations/render-evaluation";
import { toCsv } from "@whetstone/core/evaluations/report/to-csv";
import { toOpenAi } from "@whetstone/core/evaluations/report/to-openai";
import {
  CompareEvaluations,
  Comparison,
  CreateEvaluation,
  Evaluation,
  EvaluationExamples,
  EvaluationFiles,
  ExamplesQuery,
  Page,
  ResultsQuery,
} from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Evaluations"];
const { params } = idParam("evaluation");

const postEvaluation = createRoute({
  method: "post",
  path: "/v1/evaluations",
  tags,
  summary: "Judge a model on a suite or a version",
  description:
    "Starts a run; the evaluation's status is that run's. Scores are there once it has succeeded, and webhooks are told `evaluation.completed`.",
  request: { body: body(CreateEvaluation, "The model, and a suite or a version and what to measure on it") },
  responses: { 202: json(Evaluation, "The queued evaluation"), ...problems },
});

const postComparison = createRoute({
  method: "post",
  path: "/v1/evaluations/compare",
  tags,
  summary: "Compare models on the same samples",
  description:
    "Two to ten evaluations that succeeded: paired tests on every set and task they share. Nothing is stored.",
  request: { body: body(CompareEvaluations, "The evaluations") },
  responses: { 200: json(Comparison, "Every pair, tested"), ...problems },
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
  request: { params },
  responses: { 200: json(Evaluation, "The evaluation"), ...problems },
});

const getResults = createRoute({
  method: "get",
  path: "/v1/evaluations/{id}/results",
  tags,
  summary: "Results as JSON, CSV, a page, or an object of OpenAI's",
  request: { params, query: ResultsQuery },
  responses: {
    200: {
      description: "The results; `openai` is an `eval.run`",
      content: {
        "application/json": { schema: z.union([Evaluation, z.record(z.string(), z.unknown())]) },
        "text/csv": { schema: z.string() },
        "text/html": { schema: z.string() },
      },
    },
    ...problems,
  },
});

const getFiles = createRoute({
  method: "get",
  path: "/v1/evaluations/{id}/files",
  tags,
  summary: "Addresses of an evaluation's long tables",
  request: { params },
  responses: { 200: json(EvaluationFiles, "Presigned addresses, good for an hour"), ...problems },
});

const getExamples = createRoute({
  method: "get",
  path: "/v1/evaluations/{id}/examples",
  tags,
  summary: "What a model got wrong, with the samples",
  description: "The worst first. Images come straight from S3, as those of a version's samples do.",
  request: { params, query: ExamplesQuery },
  responses: { 200: json(EvaluationExamples, "Wrong predictions and their samples"), ...problems },
});

export const evaluations = createRouter()
  .openapi(postEvaluation, async (c) => {
    const evaluation = await createEvaluation(c.var.ctx, c.req.valid("json"));
    return c.json(evaluation, 202, { location: `/v1/evaluations/${evaluation.id}` });
  })
  .openapi(postComparison, async (c) => c.json(await compareEvaluations(c.var.ctx, c.req.valid("json")), 200))
  .openapi(getAll, async (c) => c.json(await listEvaluations(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getEvaluation(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getResults, async (c) => {
    const evaluation = await getEvaluation(c.var.ctx, c.req.valid("param").id);
    switch (c.req.valid("query").format) {
      case "json":
        return c.json(evaluation, 200);
      case "openai":
        return c.json(toOpenAi(evaluation), 200);
      case "csv":
        return c.body(toCsv(evaluation), 200, {
          "content-type": "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="${evaluation.id}.csv"`,
        });
      case "html": {
        const { page, policy } = await renderEvaluation(c.var.ctx, evaluation);
        c.set("pagePolicy", `${policy}; frame-ancestors 'none'`);
        return c.html(page, 200);
      }
    }
  })
  .openapi(getFiles, async (c) => c.json(await listEvaluationFiles(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getExamples, async (c) =>
    c.json(await listExamples(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
