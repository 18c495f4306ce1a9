import { expect, test } from "vitest";
import { adminToken, call, makeKey, makeWorkspace } from "../test/caller.ts";

test("healthz says that database and storage answer", async () => {
  const { status, json } = await call("/healthz");

  expect(status).toBe(200);
  expect(json).toEqual({ status: "ok", database: "ok", storage: "ok" });
});

test("healthz answers 503 within seconds when the storage is gone", async () => {
  const { status, json } = await call("/healthz", { env: { S3_ENDPOINT: "http://127.0.0.1:9" } });

  expect(status).toBe(503);
  expect(json).toEqual({ status: "degraded", database: "ok", storage: "unreachable" });
});

test("an unknown address is a problem whose type is a page that exists", async () => {
  const { status, headers, json } = await call("/nowhere");

  expect(status).toBe(404);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(json).toMatchObject({
    code: "not_found",
    status: 404,
    instance: "/nowhere",
    request_id: headers.get("x-request-id"),
  });
  const page = await call(new URL(json.type).pathname);
  expect(page.status).toBe(200);
  expect(page.text).toContain("not_found");
});

test("a method an address does not take is 405 and names those it takes", async () => {
  const { key } = await makeWorkspace();

  const { status, headers, json } = await call("/v1/datasets", { method: "DELETE", key });

  expect(status).toBe(405);
  expect(headers.get("allow")?.split(", ").toSorted()).toEqual(["GET", "POST"]);
  expect(json.code).toBe("method_not_allowed");
});

test("a body that is no JSON is refused with its own words", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/datasets", { key, body: "{nope" });

  expect(status).toBe(400);
  expect(json).toMatchObject({ code: "invalid_input", detail: "the body is not valid JSON" });
});

test("every wrong field is named with a JSON pointer", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/uploads", { key, body: { filename: "", sizeBytes: -1, sha256: "x" } });

  expect(status).toBe(400);
  expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/filename",
    "/sizeBytes",
    "/sha256",
  ]);
});

test("a body with another content type is refused, not ignored", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/datasets", {
    key,
    body: '{"name":"x"}',
    headers: { "content-type": "text/plain" },
  });

  expect(status).toBe(400);
  expect(json.code).toBe("invalid_input");
});

test("a body larger than a mebibyte is 413", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/datasets", { key, body: { name: "x", description: "y".repeat(1024 ** 2) } });

  expect(status).toBe(413);
  expect(json.code).toBe("payload_too_large");
});

test("an unexpected error answers its request id and none of its words", async () => {
  const { key } = await makeWorkspace();
  const broken = {
    prepare: () => {
      throw new Error("secret detail");
    },
  } as unknown as D1Database;

  const { status, json, text } = await call("/v1/datasets", {
    key,
    env: { DB: broken },
    headers: { "x-request-id": "mine-1" },
  });

  expect(status).toBe(500);
  expect(json).toMatchObject({ code: "internal", request_id: "mine-1" });
  expect(text).not.toContain("secret detail");
});

test("a request id of the caller is kept, a harmful one replaced", async () => {
  const kept = await call("/healthz", { headers: { "x-request-id": "abc-123" } });
  const replaced = await call("/healthz", { headers: { "x-request-id": "a b<script>" } });

  expect(kept.headers.get("x-request-id")).toBe("abc-123");
  expect(replaced.headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
});

test("answers carry security headers, and CORS for reading", async () => {
  const answer = await call("/healthz", { headers: { origin: "https://elsewhere.test" } });
  const preflight = await call("/v1/datasets", {
    method: "OPTIONS",
    headers: { origin: "https://elsewhere.test", "access-control-request-method": "GET" },
  });

  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,HEAD");
});

test("a GET repeated with its ETag is 304, until something changed", async () => {
  const { key } = await makeWorkspace();
  const first = await call("/v1/datasets", { key });
  const etag = first.headers.get("etag") ?? "";

  const same = await call("/v1/datasets", { key, headers: { "if-none-match": `"other", W/${etag}` } });
  await call("/v1/datasets", { key, body: { name: "new" } });
  const changed = await call("/v1/datasets", { key, headers: { "if-none-match": etag } });

  expect(same).toMatchObject({ status: 304, text: "" });
  expect(changed.status).toBe(200);
  expect(changed.headers.get("etag")).not.toBe(etag);
});

test("a key that asks too often is told when to come back", async () => {
  const { key } = await makeWorkspace();
  const never = { limit: () => Promise.resolve({ success: false }) };

  const { status, headers, json } = await call("/v1/datasets", { key, env: { RATE_LIMIT: never } });

  expect({ status, code: json.code, wait: headers.get("retry-after") }).toEqual({
    status: 429,
    code: "rate_limited",
    wait: "10",
  });
});

test("the docs are one page without scripts or third parties", async () => {
  const { status, text } = await call("/docs");

  expect(status).toBe(200);
  expect(text).toContain("/v1/versions/{id}/samples");
  expect(text).not.toMatch(/<script|<link|src=/);
});

test("the admin token makes workspaces and nothing else", async () => {
  const datasets = await call("/v1/datasets", { key: adminToken });
  const { key } = await makeWorkspace();
  const workspaces = await call("/v1/workspaces", { key, body: { name: "mine" } });

  expect([datasets.json.code, workspaces.json.code]).toEqual(["missing_scope", "missing_scope"]);
});

const scoped = [
  { method: "GET", path: "/v1/workspace", scope: "workspace:read" },
  { method: "GET", path: "/v1/audit-events", scope: "workspace:read" },
  { method: "GET", path: "/v1/prices", scope: "workspace:read" },
  { method: "DELETE", path: "/v1/prices", scope: "workspace:write" },
  { method: "GET", path: "/v1/keys", scope: "keys:read" },
  { method: "DELETE", path: "/v1/keys/key_1", scope: "keys:write" },
  { method: "GET", path: "/v1/datasets", scope: "datasets:read" },
  { method: "GET", path: "/v1/versions/dsv_1", scope: "datasets:read" },
  { method: "GET", path: "/v1/versions/dsv_1/samples", scope: "datasets:read" },
  { method: "GET", path: "/v1/uploads/up_1", scope: "uploads:write" },
  { method: "GET", path: "/v1/models", scope: "models:read" },
  { method: "GET", path: "/v1/evaluations", scope: "evaluations:read" },
];

test.each(scoped)("$method $path needs $scope", async ({ method, path, scope }) => {
  const { key } = await makeWorkspace();
  const narrow = await makeKey(key, { scopes: [scope === "runs:read" ? "models:read" : "runs:read"] });

  const { status, json } = await call(path, { method, key: narrow.key });

  expect({ status, code: json.code }).toEqual({ status: 403, code: "missing_scope" });
  expect(json.detail).toContain(scope);
});
