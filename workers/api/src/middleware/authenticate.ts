import { type Actor } from "@whetstone/core/context";
import { createContext, partsFrom } from "@whetstone/core/create-context";
import { sha256Hex } from "@whetstone/core/encoding";
import { AppError } from "@whetstone/core/errors";
import { findActor } from "@whetstone/core/keys/find-actor";
import { findSessions } from "@whetstone/core/sessions/find-sessions";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv, Env } from "../env.ts";
import { isFromOurPage, readSessionCookie } from "../session-cookie.ts";

type KeyActor = Extract<Actor, { kind: "key" }>;

/** Who asks, and how often: sets `ctx` for the handlers. */
export const authenticate = createMiddleware<AppEnv>(async function authenticate(c, next) {
  const asking = systemContext(c, "authenticate");
  const actor = await findCaller(c, asking);
  if (actor.keyId !== "admin") await limitRate(c.env, actor);

  c.set("ctx", { ...asking, actor });
  await next();
});

/** A context for what is done before anybody is known, or on nobody's behalf. */
export function systemContext(c: Context<AppEnv>, job: string): ReturnType<typeof createContext> {
  const parts = { ...partsFrom(c.env), pipeline: c.env.PIPELINE, requestId: c.var.requestId };
  return createContext({ ...parts, actor: { kind: "system", job } });
}

/** By the key in the header, or by the session in the cookie of a page of ours. */
async function findCaller(c: Context<AppEnv>, asking: ReturnType<typeof createContext>): Promise<KeyActor> {
  const header = c.req.header("authorization");
  const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
  if (token === undefined && header === undefined) {
    const [session] = isFromOurPage(c) ? await findSessions(asking, readSessionCookie(c)) : [];
    if (session) return session.actor;
  }
  if (token === undefined) throw new AppError("unauthorized", "send your API key as `authorization: Bearer wsk_...`");
  if (await isSameSecret(token, c.env.ADMIN_TOKEN))
    return { kind: "key", keyId: "admin", workspaceId: null, scopes: ["admin"] };
  return findActor(asking, token, (write) => c.executionCtx.waitUntil(write));
}

async function limitRate(env: Env, actor: KeyActor): Promise<void> {
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
