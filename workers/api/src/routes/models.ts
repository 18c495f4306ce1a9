import { createRoute } from "@hono/zod-openapi";
import { createModel } from "@whetstone/core/models/create-model";
import { getModel, listModelFiles } from "@whetstone/core/models/get-model";
import { listModels } from "@whetstone/core/models/list-models";
import { CreateModel, Model, ModelDownload, Page } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Models"];

const postModel = createRoute({
  method: "post",
  path: "/v1/models",
  tags,
  summary: "Register a model package",
  description: "From completed uploads, one a file of the package.",
  request: { body: body(CreateModel, "Name and files") },
  responses: { 201: json(Model, "The model"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/models",
  tags,
  summary: "List models",
  request: pageQuery,
  responses: { 200: json(Page(Model), "A page of models"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/models/{id}",
  tags,
  summary: "Get a model",
  request: idParam("model"),
  responses: { 200: json(Model, "The model"), ...problems },
});

const getFiles = createRoute({
  method: "get",
  path: "/v1/models/{id}/files",
  tags,
  summary: "Addresses of a model's files",
  request: idParam("model"),
  responses: { 200: json(ModelDownload, "Presigned addresses, good for an hour"), ...problems },
});

export const models = createRouter()
  .openapi(postModel, async (c) => {
    const model = await createModel(c.var.ctx, c.req.valid("json"));
    return c.json(model, 201, { location: `/v1/models/${model.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listModels(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getModel(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getFiles, async (c) => c.json(await listModelFiles(c.var.ctx, c.req.valid("param").id), 200));
