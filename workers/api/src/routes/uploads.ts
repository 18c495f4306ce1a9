import { createRoute } from "@hono/zod-openapi";
import { cancelUpload } from "@whetstone/core/uploads/cancel-upload";
import { completeUpload } from "@whetstone/core/uploads/complete-upload";
import { createUpload } from "@whetstone/core/uploads/create-upload";
import { getUpload } from "@whetstone/core/uploads/get-upload";
import { listUploadParts } from "@whetstone/core/uploads/list-upload-parts";
import { CompleteUpload, CreateUpload, Upload, UploadParts, UploadPartsQuery } from "@whetstone/schemas/api";
import { idParam } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Uploads"];
const byId = idParam("upload");

const postUpload = createRoute({
  method: "post",
  path: "/v1/uploads",
  tags,
  summary: "Announce a file",
  description:
    "Then ask for the addresses of its parts, PUT each part to S3, and complete the upload with the ETags S3 gave.",
  request: { body: body(CreateUpload, "Name, size and SHA-256 of the file") },
  responses: { 201: json(Upload, "The upload"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/uploads/{id}",
  tags,
  summary: "Get an upload",
  request: byId,
  responses: { 200: json(Upload, "The upload"), ...problems },
});

const getParts = createRoute({
  method: "get",
  path: "/v1/uploads/{id}/parts",
  tags,
  summary: "Addresses to PUT parts to",
  request: { ...byId, query: UploadPartsQuery },
  responses: { 200: json(UploadParts, "Presigned addresses, good for an hour"), ...problems },
});

const postComplete = createRoute({
  method: "post",
  path: "/v1/uploads/{id}/complete",
  tags,
  summary: "Complete an upload",
  request: { ...byId, body: body(CompleteUpload, "Each part with the ETag S3 answered") },
  responses: { 200: json(Upload, "The completed upload"), ...problems },
});

const postCancel = createRoute({
  method: "post",
  path: "/v1/uploads/{id}/cancel",
  tags,
  summary: "Give up an upload",
  request: byId,
  responses: { 200: json(Upload, "The cancelled upload"), ...problems },
});

export const uploads = createRouter()
  .openapi(postUpload, async (c) => {
    const upload = await createUpload(c.var.ctx, c.req.valid("json"));
    return c.json(upload, 201, { location: `/v1/uploads/${upload.id}` });
  })
  .openapi(getOne, async (c) => c.json(await getUpload(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getParts, async (c) =>
    c.json(await listUploadParts(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(postComplete, async (c) =>
    c.json(await completeUpload(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 200),
  )
  .openapi(postCancel, async (c) => c.json(await cancelUpload(c.var.ctx, c.req.valid("param").id), 200));
