import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call } from "../test/caller.ts";

const html = `<!doctype html><meta name="style-nonce" content=""><div id="root"></div>`;
const ASSETS = {
  fetch: (request: Request) =>
    Promise.resolve(
      new URL(request.url).pathname.endsWith(".svg")
        ? new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } })
        : new Response(html, { headers: { "content-type": "text/html; charset=utf-8", etag: '"same"' } }),
    ),
} as unknown as Fetcher;
const asBrowser = { headers: { accept: "text/html,*/*;q=0.8" }, env: { ASSETS } };

test("a browser gets the dashboard's page at any address of its own, under a policy that lets in no other origin", async () => {
  const pages = await Promise.all(["/", "/datasets", "/sign-in"].map((path) => call(path, asBrowser)));

  for (const { status, text, headers } of pages) {
    const nonce = /content="([0-9a-f]{32})"/.exec(text)?.[1];
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("content-security-policy")).toBe(
      [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        `img-src 'self' data: blob: ${new URL(env.S3_ENDPOINT).origin}`,
        "font-src 'self'",
        `connect-src 'self' ${new URL(env.S3_ENDPOINT).origin}`,
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join("; "),
    );
    expect(headers.get("etag")).toBeNull();
  }
  expect(new Set(pages.map(({ text }) => text)).size).toBe(pages.length);
});

test("the API's own addresses never answer with a page", async () => {
  const asked = await Promise.all(
    ["/v1/nothing", "/openapi.json/x", "/healthz/x"].map((path) => call(path, asBrowser)),
  );

  for (const { headers } of asked) expect(headers.get("content-type")).toBe("application/problem+json");
});

test("a program that asks for what is not there gets a problem, not a page", async () => {
  const { status, json } = await call("/nothing", { env: { ASSETS } });

  expect({ status, code: json.code }).toEqual({ status: 404, code: "not_found" });
});

test("a file of the dashboard comes as it is", async () => {
  const { text, headers } = await call("/icon.svg", { env: { ASSETS } });

  expect(text).toBe("<svg/>");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
});
