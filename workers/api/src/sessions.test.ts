import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { adminToken, call, makeKey, makeWorkspace } from "../test/caller.ts";

const page = { "sec-fetch-site": "same-origin" };

async function signIn(body: object, cookie = "") {
  const answer = await call("/v1/session", { body, headers: { ...page, cookie } });
  return { ...answer, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

test("a browser signs in with a key, and works by a cookie that no script reads", async () => {
  const { id, key } = await makeWorkspace();

  const { status, json, headers, cookie } = await signIn({ key });
  const { json: session } = await call("/v1/session", { headers: { ...page, cookie } });
  const { status: made } = await call("/v1/datasets", { body: { name: "photos" }, headers: { ...page, cookie } });

  expect(status).toBe(201);
  expect(json).toMatchObject({ object: "session", workspace: { id, name: "acme" } });
  expect(headers.get("set-cookie")).toMatch(/HttpOnly; Secure; SameSite=Strict$/);
  expect(JSON.stringify(json)).not.toContain("wss_");
  expect(session).toEqual(json);
  expect(made).toBe(201);
});

test("a session speaks for the pages of this origin alone", async () => {
  const { key } = await makeWorkspace();
  const { cookie } = await signIn({ key });

  const others: Record<string, string>[] = [
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    { origin: "https://evil.test" },
    {},
  ];
  const asked = await Promise.all(
    others.map((headers) => call("/v1/datasets", { body: { name: "x" }, headers: { ...headers, cookie } })),
  );

  expect(asked.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
});

test("a session holds what its key holds, and dies with it", async () => {
  const { key } = await makeWorkspace();
  const narrow = await makeKey(key, { scopes: ["workspace:read", "datasets:read"] });
  const { cookie } = await signIn({ key: narrow.key });
  const headers = { ...page, cookie };

  const refused = await call("/v1/datasets", { body: { name: "x" }, headers });
  await call(`/v1/keys/${narrow.id}`, { method: "DELETE", key });
  const dead = await call("/v1/datasets", { headers });

  expect({ status: refused.status, code: refused.json.code }).toEqual({ status: 403, code: "missing_scope" });
  expect(dead.status).toBe(401);
});

test("an expired session is none", async () => {
  const { key } = await makeWorkspace();
  const { cookie, json } = await signIn({ key });
  await env.DB.prepare("update sessions set expires_at = ? where key_id = ?")
    .bind(Date.now() - 1, json.key.id)
    .run();

  expect((await call("/v1/session", { headers: { ...page, cookie } })).status).toBe(401);
});

test("a sign-in link lets one browser in, once", async () => {
  const { id, key } = await makeWorkspace();
  const { json: link } = await call("/v1/sign-in-links", { method: "POST", key });
  const token = new URL(link.url).hash.slice(1);

  const answers = await Promise.all([signIn({ link: token }), signIn({ link: token })]);
  const late = await signIn({ link: token });

  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 401]);
  expect(answers.find(({ status }) => status === 201)?.json.workspace.id).toBe(id);
  expect(late.json.detail).toContain("used already");
});

test("a browser switches between the workspaces it is signed in to, and signs out of all", async () => {
  const [first, second, third] = [await makeWorkspace(), await makeWorkspace(), await makeWorkspace()];
  const one = await signIn({ key: first.key });
  const two = await signIn({ key: second.key }, one.cookie);
  const switchTo = (workspaceId: string) =>
    call("/v1/session/switch", { body: { workspaceId }, headers: { ...page, cookie: two.cookie } });

  const switched = await switchTo(first.id);
  const foreign = await switchTo(third.id);
  const out = await call("/v1/session", { method: "DELETE", headers: { ...page, cookie: two.cookie } });
  const after = await call("/v1/session", { headers: { ...page, cookie: two.cookie } });

  expect(two.json.signedIn.map((each: { id: string }) => each.id)).toEqual([second.id, first.id]);
  expect(switched.json.workspace.id).toBe(first.id);
  expect(foreign.status).toBe(404);
  expect(out.status).toBe(204);
  expect(after.status).toBe(401);
});

test.each([
  ["a key nobody made", { key: "wsk_0000000000000000000000000000000000000000000000000" }, 401],
  ["the platform's admin token", { key: adminToken }, 401],
  ["a session's token as a link", { link: "wss_0000000000000000000000000000000000000000000000000" }, 401],
  ["both a key and a link", { key: "a", link: "b" }, 400],
  ["nothing", {}, 400],
])("%s signs nobody in", async (_name, body, status) => {
  expect((await signIn(body)).status).toBe(status);
});

test("a session's token is no key", async () => {
  const { key } = await makeWorkspace();
  const { cookie } = await signIn({ key });

  const { status } = await call("/v1/session", { key: cookie.split("=")[1] ?? "" });

  expect(status).toBe(401);
});
