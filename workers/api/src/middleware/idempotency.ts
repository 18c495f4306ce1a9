import { beginOnce, finishOnce, forgetOnce } from "@whetstone/core/idempotency/idempotency";
import { AppError } from "@whetstone/core/errors";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../env.ts";

const keptHeaders = ["content-type", "location"];

/** Batches of experiences are told apart by the stream itself, for ever and not for 48 hours, and without keeping their answers. */
export const isExperiences = (path: string): boolean => /^\/v1\/lifelong\/streams\/[^/]+\/experiences$/.test(path);

/**
 * A repeated POST with the same `Idempotency-Key` and body gets the first answer again. Failures on our side and 429s are not kept. The
 * runner protocol needs none of this: its words carry lease and attempt.
 */
export const idempotency = createMiddleware<AppEnv>(async function idempotency(c, next) {
  const key = c.req.header("idempotency-key");
  if (c.req.method !== "POST" || key === undefined || c.req.path.startsWith("/v1/runner/") || isExperiences(c.req.path))
    return next();
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new AppError("invalid_input", "Idempotency-Key must be 1 to 200 visible ASCII characters");

  const { ctx } = c.var;
  const owner = ctx.actor.kind === "key" ? ctx.actor.keyId : "system";
  const { id, answer } = await beginOnce(ctx, {
    name: `${owner}\nPOST ${c.req.path}\n${key}`,
    body: await c.req.text(),
  });
  if (answer && answer.body === null) {
    throw new AppError(
      "conflict",
      "the first request with this Idempotency-Key made a secret, which was shown then and is kept nowhere; revoke that key and make another",
    );
  }
  if (answer) {
    c.res = new Response(answer.body, {
      status: answer.status,
      headers: { ...answer.headers, "idempotent-replayed": "true" },
    });
    return;
  }

  await next();
  const { status, headers } = c.res;
  if (status >= 500 || status === 429) return forgetOnce(ctx, id);
  const kept = keptHeaders.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : []));
  const body = c.var.isSecret && status < 300 ? null : await c.res.clone().text();
  await finishOnce(ctx, id, { status, body, headers: Object.fromEntries(kept) });
});
