import { newId } from "@whetstone/core/context";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../env.ts";

/** Takes the caller's `x-request-id` where it is harmless, else makes one; every answer carries it. */
export const requestId = createMiddleware<AppEnv>(async function requestId(c, next) {
  const given = c.req.header("x-request-id");
  c.set("requestId", given !== undefined && /^[\w.-]{1,100}$/.test(given) ? given : newId("request", Date.now()));
  await next();
  c.header("x-request-id", c.var.requestId);
});
