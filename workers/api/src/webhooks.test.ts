import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, makeKey, makeWorkspace } from "../test/caller.ts";

const body = { url: "https://hooks.example.com/whetstone", events: ["run.succeeded", "run.failed"] };

test("a webhook shows its secret once, and the database holds it sealed", async () => {
  const { key } = await makeWorkspace();

  const made = await call("/v1/webhooks", { key, body: { ...body, description: "to the wiki" } });
  const shown = await call(`/v1/webhooks/${made.json.id}`, { key });
  const stored = JSON.stringify((await env.DB.prepare("select * from webhooks").all()).results);

  expect(made.status).toBe(201);
  expect(made.json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(shown.json).toEqual(Object.fromEntries(Object.entries(made.json).filter(([name]) => name !== "secret")));
  expect(shown.json).toMatchObject({ ...body, status: "enabled", disabledReason: null, description: "to the wiki" });
  expect(stored).not.toContain(made.json.secret);
  expect(stored).not.toContain(made.json.secret.slice(6));
});

test("a repeat under the same Idempotency-Key does not show the secret again, nor make a second webhook", async () => {
  const { key } = await makeWorkspace();
  const send = () => call("/v1/webhooks", { key, body, headers: { "idempotency-key": "a" } });

  const [first, again] = [await send(), await send()];

  expect([first.status, again.status]).toEqual([201, 409]);
  expect((await call("/v1/webhooks", { key })).json.data).toHaveLength(1);
});

test.each([
  [{ ...body, url: "ftp://example.com" }, "/url"],
  [{ ...body, url: "nonsense" }, "/url"],
  [{ ...body, url: "https://a:b@example.com" }, "/url"],
  [{ ...body, url: "http://example.com" }, "/url"],
  [{ ...body, events: [] }, "/events"],
  [{ ...body, events: ["run.dreamt"] }, "/events/0"],
  [{ ...body, events: ["webhook.test"] }, "/events/0"],
])("%j is refused at %s", async (wrong, pointer) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/webhooks", { key, body: wrong });

  expect(status).toBe(400);
  expect(json.errors[0].pointer).toBe(pointer);
});

test("where private addresses are not allowed, they are refused", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/webhooks", {
    key,
    body: { ...body, url: "https://169.254.169.254/latest" },
    env: { PRIVATE_ADDRESSES: "" },
  });

  expect(status).toBe(400);
  expect(json.detail).toBe("url must not be a private address");
});

test("a workspace has twenty webhooks at most", async () => {
  const { key } = await makeWorkspace();
  for (let i = 0; i < 20; i += 1) await call("/v1/webhooks", { key, body });

  const { status, json } = await call("/v1/webhooks", { key, body });

  expect(status).toBe(403);
  expect(json.code).toBe("quota_exceeded");
});

test("deliveries are listed, narrowed to a webhook or a status, and a deleted webhook takes its own along", async () => {
  const { key } = await makeWorkspace();
  const { json: one } = await call("/v1/webhooks", { key, body });
  const { json: two } = await call("/v1/webhooks", { key, body });
  const { json: delivery, status } = await call(`/v1/webhooks/${one.id}/test`, { method: "POST", key });
  await call(`/v1/webhooks/${two.id}/test`, { method: "POST", key });

  const all = await call("/v1/webhook-deliveries?limit=1", { key });
  const narrowed = await call(`/v1/webhook-deliveries?webhookId=${one.id}`, { key });
  const dead = await call("/v1/webhook-deliveries?status=dead", { key });
  await call(`/v1/webhooks/${one.id}`, { method: "DELETE", key });
  const after = await call("/v1/webhook-deliveries", { key });

  expect(status).toBe(202);
  expect(delivery).toMatchObject({ webhookId: one.id, status: "pending", event: { type: "webhook.test" } });
  expect(all.json).toMatchObject({ has_more: true, data: [{ webhookId: two.id }] });
  expect(narrowed.json.data).toEqual([delivery]);
  expect(dead.json.data).toEqual([]);
  expect(after.json.data.map((each: { webhookId: string }) => each.webhookId)).toEqual([two.id]);
});

test("reading and writing webhooks take their scopes", async () => {
  const { key } = await makeWorkspace();
  const { key: reader } = await makeKey(key, { scopes: ["webhooks:read"] });
  const { key: other } = await makeKey(key, { scopes: ["runs:write"] });

  expect((await call("/v1/webhooks", { key: reader })).status).toBe(200);
  expect((await call("/v1/webhooks", { key: reader, body })).json.code).toBe("missing_scope");
  expect((await call("/v1/webhooks", { key: other })).json.code).toBe("missing_scope");
});
