import { createRoute, z } from "@hono/zod-openapi";
import { createImport, getImport, listImports } from "@whetstone/core/streams/stream-imports";
import { addMatrix, listMatrices } from "@whetstone/core/streams/stream-matrices";
import { CreateStreamImport, LifetimeName, Page, StreamImport, StreamMatrix } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Streams"];
const { params } = idParam("stream");

const postImport = createRoute({
  method: "post",
  path: "/v1/lifelong/streams/{id}/imports",
  tags,
  summary: "Import a log archive",
  description:
    "A completed upload, tar or zip, with l2logger's `data-log.tsv` files. A refused file is named and loses no other; importing again adds only what is missing.",
  request: { params, body: body(CreateStreamImport, "Which upload, into which lifetime") },
  responses: { 202: json(StreamImport, "The import, queued"), ...problems },
});

const getImports = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/imports",
  tags,
  summary: "List imports of a stream",
  request: { params, ...pageQuery },
  responses: { 200: json(Page(StreamImport), "A page of imports"), ...problems },
});

const getOneImport = createRoute({
  method: "get",
  path: "/v1/lifelong/imports/{id}",
  tags,
  summary: "Get an import",
  request: idParam("streamImport"),
  responses: { 200: json(StreamImport, "The import as it stands"), ...problems },
});

const postMatrix = createRoute({
  method: "post",
  path: "/v1/lifelong/streams/{id}/matrices",
  tags,
  summary: "Add an accuracy matrix",
  description:
    "As CSV, a row a training step and a column a task, or as JSON. Answers what each suite's definitions make of it.",
  request: {
    params,
    query: z.object({ lifetime: LifetimeName.default("main") }),
    body: {
      content: { "text/csv": { schema: z.string() }, "application/json": { schema: z.unknown() } },
      required: true as const,
    },
  },
  responses: { 201: json(StreamMatrix, "The matrix and its metrics"), ...problems },
});

const getMatrices = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/matrices",
  tags,
  summary: "List accuracy matrices of a stream",
  request: { params, ...pageQuery },
  responses: { 200: json(Page(StreamMatrix), "A page of matrices with their metrics"), ...problems },
});

export const streamImports = createRouter()
  .openapi(postImport, async (c) => {
    const input = { streamId: c.req.valid("param").id, ...c.req.valid("json") };
    const made = await createImport(c.var.ctx, input);
    return c.json(made, 202, { location: `/v1/lifelong/imports/${made.id}` });
  })
  .openapi(getImports, async (c) =>
    c.json(await listImports(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getOneImport, async (c) => c.json(await getImport(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postMatrix, async (c) => {
    const isCsv = c.req.header("content-type")?.startsWith("text/csv") === true;
    const made = await addMatrix(c.var.ctx, {
      streamId: c.req.valid("param").id,
      lifetime: c.req.valid("query").lifetime,
      format: isCsv ? "csv" : "json",
      text: await c.req.text(),
    });
    return c.json(made, 201);
  })
  .openapi(getMatrices, async (c) =>
    c.json(await listMatrices(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
