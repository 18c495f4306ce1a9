import { createRoute, z } from "@hono/zod-openapi";
import { getSample } from "@whetstone/core/samples/get-sample";
import { listRejects } from "@whetstone/core/samples/list-rejects";
import { listSamples } from "@whetstone/core/samples/list-samples";
import { getManifest } from "@whetstone/core/versions/get-manifest";
import { getVersion } from "@whetstone/core/versions/get-version";
import { Id, Manifest, Page, Reject, Sample, Version } from "@whetstone/schemas/api";
import { idParam, rowsQuery } from "../params.ts";
import { createRouter, json, problems } from "../router.ts";

const tags = ["Versions"];
const byId = idParam("version");

const getOne = createRoute({
  method: "get",
  path: "/v1/versions/{id}",
  tags,
  summary: "Get a version",
  request: byId,
  responses: { 200: json(Version, "The version"), ...problems },
});

const getFiles = createRoute({
  method: "get",
  path: "/v1/versions/{id}/manifest",
  tags,
  summary: "Every file of a version with its size and SHA-256",
  request: byId,
  responses: { 200: json(Manifest, "The manifest"), ...problems },
});

const getSamples = createRoute({
  method: "get",
  path: "/v1/versions/{id}/samples",
  tags,
  summary: "Page through samples",
  description:
    "Images come straight from S3: fetch `image.url` with `image.range` as the Range header. `after` is a sample's `cursor`.",
  request: { ...byId, ...rowsQuery },
  responses: { 200: json(Page(Sample), "A page of samples"), ...problems },
});

const getOneSample = createRoute({
  method: "get",
  path: "/v1/versions/{id}/samples/{uid}",
  tags,
  summary: "Get a sample by its uid",
  request: { params: z.object({ id: Id("version"), uid: z.string().min(1).max(80) }) },
  responses: { 200: json(Sample, "The sample"), ...problems },
});

const getRejects = createRoute({
  method: "get",
  path: "/v1/versions/{id}/rejects",
  tags,
  summary: "Page through what was left out, and why",
  request: { ...byId, ...rowsQuery },
  responses: { 200: json(Page(Reject), "A page of rejects"), ...problems },
});

export const versions = createRouter()
  .openapi(getOne, async (c) => c.json(await getVersion(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getFiles, async (c) => c.json(await getManifest(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getSamples, async (c) =>
    c.json(await listSamples(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getOneSample, async (c) =>
    c.json(await getSample(c.var.ctx, c.req.valid("param").id, c.req.valid("param").uid), 200),
  )
  .openapi(getRejects, async (c) =>
    c.json(await listRejects(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
