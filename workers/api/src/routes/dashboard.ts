import { Hono } from "hono";
import type { AppEnv } from "../env.ts";

/** Paths that are the API's own: whoever asks there for what is not there gets a problem, never a page. */
const isOfApi = (path: string): boolean => /^\/(v1|cdn-cgi|healthz|openapi\.json|docs|errors)(\/|$)/.test(path);

/**
 * The dashboard: one page for every address a browser may ask for, under a policy that lets it load what this origin serves, read bytes by
 * signed links of the storage, and nothing else. Its scripts and styles are files with their hash in the name. Mount it last.
 */
export const dashboard = new Hono<AppEnv>().get("*", async (c, next) => {
  const isPage = c.req.header("accept")?.includes("text/html") === true || /\.(js|css|svg|woff2)$/.test(c.req.path);
  if (isOfApi(c.req.path) || !isPage || !c.env.ASSETS) return next();
  const answer = await c.env.ASSETS.fetch(c.req.raw);
  if (answer.headers.get("content-type")?.startsWith("text/html") !== true) return new Response(answer.body, answer);

  const nonce = crypto.randomUUID().replaceAll("-", "");
  const page = new HTMLRewriter()
    .on("meta[name=style-nonce]", { element: (meta) => void meta.setAttribute("content", nonce) })
    .transform(answer);
  c.set("pagePolicy", policyOf(nonce, new URL(c.env.S3_ENDPOINT).origin));
  const headers = new Headers(page.headers);
  headers.set("cache-control", "no-cache");
  // The page differs each time, by its nonce.
  headers.delete("etag");
  return new Response(page.body, { status: page.status, headers });
});

function policyOf(nonce: string, storage: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob: ${storage}`,
    "font-src 'self'",
    `connect-src 'self' ${storage}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
