import { createRoute } from "@hono/zod-openapi";
import { listShares, revokeShare, shareEvaluation } from "@whetstone/core/evaluations/share-evaluation";
import { CreateShare, NewShare, Page, PageQuery, Share } from "@whetstone/schemas/api";
import { idParam } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Evaluations"];
const { params } = idParam("evaluation");

const postShare = createRoute({
  method: "post",
  path: "/v1/evaluations/{id}/share",
  tags,
  summary: "Make a link to an evaluation's page",
  description:
    "Whoever has the link sees the page, without a key, until it expires or is revoked. It is shown this once.",
  request: { params, body: body(CreateShare, "How long it lasts") },
  responses: { 201: json(NewShare, "The link"), ...problems },
});

const getShares = createRoute({
  method: "get",
  path: "/v1/evaluations/{id}/shares",
  tags,
  summary: "List links to an evaluation",
  request: { params, query: PageQuery },
  responses: { 200: json(Page(Share), "A page of shares"), ...problems },
});

const deleteShare = createRoute({
  method: "delete",
  path: "/v1/shares/{id}",
  tags,
  summary: "Revoke a link",
  description: "It is dead from the next call on.",
  request: idParam("share"),
  responses: { 200: json(Share, "The share as it was"), ...problems },
});

export const shares = createRouter()
  .openapi(postShare, async (c) => {
    c.set("isSecret", true);
    const { id } = c.req.valid("param");
    return c.json(
      await shareEvaluation(c.var.ctx, { evaluationId: id, ...c.req.valid("json"), baseUrl: c.req.url }),
      201,
    );
  })
  .openapi(getShares, async (c) =>
    c.json(await listShares(c.var.ctx, { evaluationId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(deleteShare, async (c) => c.json(await revokeShare(c.var.ctx, c.req.valid("param").id), 200));
