import { sha256Hex } from "@whetstone/core/encoding";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../env.ts";

/** A strong ETag on JSON answers of GET, and 304 where the caller has them already. Streams are left alone. */
export const etag = createMiddleware<AppEnv>(async function etag(c, next) {
  await next();
  const isJson = c.res.headers.get("content-type")?.startsWith("application/json") === true;
  if (c.req.method !== "GET" || c.res.status !== 200 || !isJson) return;
  const tag = `"${(await sha256Hex(await c.res.clone().text())).slice(0, 32)}"`;
  c.header("etag", tag);
  c.header("cache-control", "private, no-cache");
  const known = c.req
    .header("if-none-match")
    ?.split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  if (known?.includes(tag) || known?.includes("*"))
    c.res = new Response(null, { status: 304, headers: headersOf304(c.res) });
});

function headersOf304(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of ["content-type", "content-length"]) headers.delete(name);
  return headers;
}
