import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { adminToken, call, makeWorkspace } from "../test/caller.ts";

const withKey = (key: string) => ({ headers: { "idempotency-key": key } });

test("the same key and body get the first answer again, and the work is done once", async () => {
  const { key } = await makeWorkspace();
  const body = { name: "emoji" };

  const first = await call("/v1/datasets", { key, body, ...withKey("a") });
  const again = await call("/v1/datasets", { key, body, ...withKey("a") });
  const list = await call("/v1/datasets", { key });

  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(again).toMatchObject({ status: 201, text: first.text });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  expect(list.json.data).toHaveLength(1);
});

test("a refusal is replayed too", async () => {
  const { key } = await makeWorkspace();

  const first = await call("/v1/datasets", { key, body: { name: "" }, ...withKey("a") });
  const again = await call("/v1/datasets", { key, body: { name: "" }, ...withKey("a") });

  expect(again).toMatchObject({ status: 400, text: first.text });
  expect(again.headers.get("content-type")).toBe("application/problem+json");
});

test("the same key with another body is refused", async () => {
  const { key } = await makeWorkspace();
  await call("/v1/datasets", { key, body: { name: "one" }, ...withKey("a") });

  const { status, json } = await call("/v1/datasets", { key, body: { name: "two" }, ...withKey("a") });

  expect({ status, code: json.code }).toEqual({ status: 422, code: "idempotency_key_reused" });
});

test("the same key is another one for another path and for another caller", async () => {
  const [one, two] = [await makeWorkspace(), await makeWorkspace()];
  await call("/v1/datasets", { key: one.key, body: { name: "x" }, ...withKey("a") });

  const otherPath = await call("/v1/runs", { key: one.key, body: { kind: "noop", taskCount: 1 }, ...withKey("a") });
  const otherCaller = await call("/v1/datasets", { key: two.key, body: { name: "y" }, ...withKey("a") });

  expect([otherPath.status, otherCaller.status]).toEqual([202, 201]);
});

test("of two requests at once one does the work", async () => {
  const { key } = await makeWorkspace();
  const send = () => call("/v1/datasets", { key, body: { name: "race" }, ...withKey("a") });

  const answers = await Promise.all([send(), send(), send()]);
  const list = await call("/v1/datasets", { key });

  expect(list.json.data).toHaveLength(1);
  for (const { status, json } of answers)
    expect(status === 201 || (status === 409 && json.code === "idempotency_in_progress")).toBe(true);
});

test("while the first is running a repeat is told to wait; one cut off long ago is taken over", async () => {
  const { key } = await makeWorkspace();
  const send = () => call("/v1/datasets", { key, body: { name: "slow" }, ...withKey("a") });
  await send();
  const { results } = await env.DB.prepare("select id from idempotency_keys order by created_at desc limit 1").all<{
    id: string;
  }>();
  const unsettle = (age: number) =>
    env.DB.prepare("update idempotency_keys set status = null, response = null, created_at = ? where id = ?")
      .bind(Date.now() - age, results[0]?.id)
      .run();

  await unsettle(1000);
  const early = await send();
  await unsettle(3 * 60_000);
  const late = await send();

  expect(early).toMatchObject({ status: 409, json: { code: "idempotency_in_progress" } });
  expect(early.headers.get("retry-after")).toBe("1");
  expect(late).toMatchObject({ status: 409, json: { code: "conflict" } });
});

test("an answer older than 48 hours is forgotten", async () => {
  const { key } = await makeWorkspace();
  await call("/v1/datasets", { key, body: { name: "old" }, ...withKey("a") });
  await env.DB.prepare("update idempotency_keys set created_at = ?")
    .bind(Date.now() - 49 * 3_600_000)
    .run();

  const { status } = await call("/v1/datasets", { key, body: { name: "new" }, ...withKey("a") });

  expect(status).toBe(201);
});

test("a failure on our side is not kept, so a repeat does the work", async () => {
  const { key } = await makeWorkspace();
  const body = { filename: "a", sizeBytes: 5, sha256: "0".repeat(64) };

  const down = await call("/v1/uploads", { key, body, ...withKey("a"), env: { S3_ENDPOINT: "http://127.0.0.1:9" } });
  const up = await call("/v1/uploads", { key, body, ...withKey("a") });

  expect(down).toMatchObject({ status: 503, json: { code: "storage_unavailable" } });
  expect(up.status).toBe(201);
});

test("a secret is kept nowhere: its repeat says so instead of making a second key", async () => {
  const { id, key } = await makeWorkspace();
  const body = { name: "ci", scopes: ["runs:read"] };

  const first = await call("/v1/keys", { key, body, ...withKey("a") });
  const again = await call("/v1/keys", { key, body, ...withKey("a") });
  const workspace = await call("/v1/workspaces", { key: adminToken, body: { name: "w" }, ...withKey("b") });
  const stored = JSON.stringify((await env.DB.prepare("select * from idempotency_keys").all()).results);
  const keys = await env.DB.prepare("select count(*) as count from api_keys where workspace_id = ?")
    .bind(id)
    .first<{ count: number }>();

  expect(again).toMatchObject({ status: 409, json: { code: "conflict" } });
  expect(keys?.count).toBe(2);
  for (const secret of [first.json.secret, workspace.json.key.secret]) expect(stored).not.toContain(secret);
});
