import { createRoute, z } from "@hono/zod-openapi";
import { createDataset } from "@whetstone/core/datasets/create-dataset";
import { getDataset } from "@whetstone/core/datasets/get-dataset";
import { listDatasets } from "@whetstone/core/datasets/list-datasets";
import { getHistory } from "@whetstone/core/samples/get-history";
import { listVersions } from "@whetstone/core/versions/list-versions";
import { CreateDataset, Dataset, Id, Page, SampleHistory, Version } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Datasets"];

const postDataset = createRoute({
  method: "post",
  path: "/v1/datasets",
  tags,
  summary: "Make a dataset",
  description: "It is empty until an ingest run makes its first version.",
  request: { body: body(CreateDataset, "Its name") },
  responses: { 201: json(Dataset, "The dataset"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/datasets",
  tags,
  summary: "List datasets",
  request: pageQuery,
  responses: { 200: json(Page(Dataset), "A page of datasets"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/datasets/{id}",
  tags,
  summary: "Get a dataset",
  request: idParam("dataset"),
  responses: { 200: json(Dataset, "The dataset"), ...problems },
});

const getVersions = createRoute({
  method: "get",
  path: "/v1/datasets/{id}/versions",
  tags,
  summary: "List versions of a dataset",
  request: { ...idParam("dataset"), ...pageQuery },
  responses: { 200: json(Page(Version), "A page of versions"), ...problems },
});

const getSampleHistory = createRoute({
  method: "get",
  path: "/v1/datasets/{id}/samples/{uid}/history",
  tags,
  summary: "A sample in each of the newest versions",
  request: { params: z.object({ id: Id("dataset"), uid: z.string().min(1).max(80) }) },
  responses: { 200: json(SampleHistory, "The sample, version by version"), ...problems },
});

export const datasets = createRouter()
  .openapi(postDataset, async (c) => {
    const dataset = await createDataset(c.var.ctx, c.req.valid("json"));
    return c.json(dataset, 201, { location: `/v1/datasets/${dataset.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listDatasets(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getDataset(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getSampleHistory, async (c) =>
    c.json(await getHistory(c.var.ctx, c.req.valid("param").id, c.req.valid("param").uid), 200),
  )
  .openapi(getVersions, async (c) =>
    c.json(await listVersions(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
