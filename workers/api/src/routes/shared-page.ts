import { createContext, partsFrom } from "@whetstone/core/create-context";
import { AppError } from "@whetstone/core/errors";
import { getEvaluation } from "@whetstone/core/evaluations/read-evaluations";
import { renderEvaluation } from "@whetstone/core/evaluations/render-evaluation";
import { openShare } from "@whetstone/core/evaluations/share-evaluation";
import { Hono } from "hono";
import type { AppEnv } from "../env.ts";

/** What a share link shows: one evaluation's page, to whoever has the link and nothing besides. For browsers, so it is no part of the API's document. */
export const sharedPage = new Hono<AppEnv>().get("/s/:token", async (c) => {
  const { success } = await c.env.RATE_LIMIT.limit({ key: `share ${c.req.header("cf-connecting-ip") ?? ""}` });
  if (!success)
    throw new AppError("rate_limited", "this page is asked for too often; wait as long as retry-after says");
  const parts = { ...partsFrom(c.env), pipeline: c.env.PIPELINE, requestId: c.var.requestId };
  const opening = createContext({ ...parts, actor: { kind: "system", job: "share" } });
  const { evaluationId, workspaceId } = await openShare(opening, c.req.param("token"));
  const reading = { kind: "key", keyId: "share", workspaceId, scopes: ["evaluations:read"] } as const;
  const ctx = { ...opening, actor: reading };
  const { page, policy } = await renderEvaluation(ctx, await getEvaluation(ctx, evaluationId));
  c.set("pagePolicy", `${policy}; frame-ancestors 'none'`);
  return c.html(page, 200, { "cache-control": "private, no-store", "x-robots-tag": "noindex" });
});
