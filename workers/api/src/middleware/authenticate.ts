import { type Actor } from "@whetstone/core/context";
import { createContext, partsFrom } from "@whetstone/core/create-context";
import { sha256Hex } from "@whetstone/core/encoding";
import { AppError } from "@whetstone/core/errors";
import { findActor } from "@whetstone/core/keys/find-actor";
import { createMiddleware } from "hono/factory";
import type { AppEnv, Env } from "../env.ts";

/** Who asks, and how often: sets `ctx` for the handlers. */
export const authenticate = createMiddleware<AppEnv>(async function authenticate(c, next) {
  const token = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined) throw new AppError("unauthorized", "send your API key as `authorization: Bearer wsk_...`");

  const parts = { ...partsFrom(c.env), pipeline: c.env.PIPELINE, requestId: c.var.requestId };
  const asking = createContext({ ...parts, actor: { kind: "system", job: "authenticate" } });
  const isAdmin = await isSameSecret(token, c.env.ADMIN_TOKEN);
  const actor: Actor = isAdmin
    ? { kind: "key", keyId: "admin", workspaceId: null, scopes: ["admin"] }
    : await findActor(asking, token, (write) => c.executionCtx.waitUntil(write));
  if (actor.kind === "key" && !isAdmin) await limitRate(c.env, actor);

  c.set("ctx", { ...asking, actor });
  await next();
});

async function limitRate(env: Env, actor: Extract<Actor, { kind: "key" }>): Promise<void> {
  const limiter = actor.scopes.includes("runner") ? env.RUNNER_RATE_LIMIT : env.RATE_LIMIT;
  const { success } = await limiter.limit({ key: actor.keyId });
  if (!success) throw new AppError("rate_limited", "this key asks too often; wait as long as retry-after says");
}

/** Compares digests byte for byte, so the time taken says nothing about the secret. */
async function isSameSecret(given: string, expected: string | undefined): Promise<boolean> {
  if (expected === undefined || expected === "") return false;
  const [a, b] = await Promise.all([sha256Hex(given), sha256Hex(expected)]);
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
