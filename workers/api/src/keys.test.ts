import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { adminToken, call, makeKey, makeWorkspace } from "../test/caller.ts";

const workspaceKey = /^wsk_[0-9A-Za-z]{49}$/;

test("a workspace's first key works, and only its hash is stored", async () => {
  const { id, key } = await makeWorkspace();

  const { json } = await call("/v1/workspace", { key });
  const { results } = await env.DB.prepare("select * from api_keys where workspace_id = ?").bind(id).all();

  expect(key).toMatch(workspaceKey);
  expect(json).toMatchObject({ id, object: "workspace", name: "acme" });
  expect(results).toHaveLength(1);
  expect(JSON.stringify(results)).not.toContain(key.slice(10));
});

test.each([
  ["no key", undefined, "unauthorized"],
  ["a word", "hello", "unauthorized"],
  ["a well-formed key nobody made", "wsk_0000000000000000000000000000000000000000000000000", "unauthorized"],
])("%s is 401 %s", async (_name, key, code) => {
  const { status, headers, json } = await call("/v1/workspace", key === undefined ? {} : { key });

  expect({ status, code: json.code }).toEqual({ status: 401, code });
  expect(headers.get("www-authenticate")).toContain("Bearer");
});

test("a revoked key is dead at once, and revoking twice is revoking once", async () => {
  const { key } = await makeWorkspace();
  const other = await makeKey(key, { scopes: ["workspace:read"] });

  const before = await call("/v1/workspace", { key: other.key });
  const first = await call(`/v1/keys/${other.id}`, { method: "DELETE", key });
  const after = await call("/v1/workspace", { key: other.key });
  const second = await call(`/v1/keys/${other.id}`, { method: "DELETE", key });

  expect(before.status).toBe(200);
  expect({ status: after.status, code: after.json.code }).toEqual({ status: 401, code: "key_revoked" });
  expect(second.json.revokedAt).toBe(first.json.revokedAt);
});

test("an expired key says so", async () => {
  const { key } = await makeWorkspace();
  const soon = await makeKey(key, {
    scopes: ["workspace:read"],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await env.DB.prepare("update api_keys set expires_at = ? where id = ?")
    .bind(Date.now() - 1, soon.id)
    .run();

  const { status, json } = await call("/v1/workspace", { key: soon.key });

  expect({ status, code: json.code }).toEqual({ status: 401, code: "key_expired" });
});

test("a key can't be made for the past", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/keys", {
    key,
    body: { name: "old", scopes: ["runs:read"], expiresAt: "2020-01-01T00:00:00Z" },
  });

  expect(status).toBe(400);
  expect(json.errors[0].pointer).toBe("/expiresAt");
});

test.each([
  { scopes: ["admin"], status: 403, code: "missing_scope" },
  { scopes: ["models:read"], status: 403, code: "missing_scope" },
  { scopes: ["runner", "runs:read"], status: 400, code: "invalid_input" },
  { scopes: ["runner"], status: 201, code: undefined },
  { scopes: ["runs:read"], status: 201, code: undefined },
])("a key of keys:write and runs:read that grants $scopes gets $status", async ({ scopes, status, code }) => {
  const { key } = await makeWorkspace();
  const narrow = await makeKey(key, { scopes: ["keys:write", "runs:read"] });

  const answer = await call("/v1/keys", { key: narrow.key, body: { name: "new", scopes } });

  expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
});

test("runner keys are told apart by their prefix and belong to the workspace or the platform", async () => {
  const { id, key } = await makeWorkspace();

  const own = await makeKey(key, { scopes: ["runner"] });
  const platform = await call("/v1/runner-keys", { key: adminToken, body: { name: "pool" } });
  const refused = await call("/v1/runner-keys", { key, body: { name: "pool" } });
  const { results } = await env.DB.prepare("select workspace_id from api_keys where id in (?, ?) order by id")
    .bind(own.id, platform.json.id)
    .all();

  expect([own.key.slice(0, 4), platform.json.secret.slice(0, 4)]).toEqual(["wsr_", "wsr_"]);
  expect(results).toEqual([{ workspace_id: id }, { workspace_id: null }]);
  expect(refused.status).toBe(403);
});

test("last used is written at most once a minute", async () => {
  const { key } = await makeWorkspace();
  const other = await makeKey(key, { scopes: ["workspace:read"] });
  const lastUsed = async () =>
    (
      await env.DB.prepare("select last_used_at as at from api_keys where id = ?")
        .bind(other.id)
        .first<{ at: number }>()
    )?.at;

  await call("/v1/workspace", { key: other.key });
  const first = await lastUsed();
  await call("/v1/workspace", { key: other.key });
  const second = await lastUsed();
  await env.DB.prepare("update api_keys set last_used_at = ? where id = ?")
    .bind(Date.now() - 61_000, other.id)
    .run();
  await call("/v1/workspace", { key: other.key });

  expect(first).toBeGreaterThan(Date.now() - 10_000);
  expect(second).toBe(first);
  expect(await lastUsed()).toBeGreaterThan(first ?? 0);
});

test("every write leaves an audit event that names key and request", async () => {
  const { key } = await makeWorkspace();
  const dataset = await call("/v1/datasets", {
    key,
    body: { name: "emoji" },
    headers: { "x-request-id": "req-of-mine" },
  });

  const { json } = await call("/v1/audit-events?limit=1", { key });

  expect(json.data).toEqual([
    {
      id: expect.stringMatching(/^aud_/),
      object: "audit_event",
      actor: expect.stringMatching(/^key_/),
      action: "dataset.create",
      subjectId: dataset.json.id,
      requestId: "req-of-mine",
      createdAt: expect.any(String),
    },
  ]);
  expect(json.has_more).toBe(true);
});
