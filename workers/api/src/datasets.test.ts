import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";

async function makeDatasets(key: string, names: string[]): Promise<string[]> {
  const ids = [];
  for (const name of names) ids.push((await call("/v1/datasets", { key, body: { name } })).json.id as string);
  return ids;
}

test("a dataset is made, found and listed", async () => {
  const { key } = await makeWorkspace();

  const made = await call("/v1/datasets", { key, body: { name: "emoji", description: "faces" } });
  const got = await call(made.headers.get("location") ?? "", { key });

  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ object: "dataset", name: "emoji", description: "faces", latestVersionId: null });
  expect(got.json).toEqual(made.json);
});

test("a name is taken once in a workspace, and free in another", async () => {
  const [one, two] = [await makeWorkspace(), await makeWorkspace()];
  await makeDatasets(one.key, ["emoji"]);

  const again = await call("/v1/datasets", { key: one.key, body: { name: "emoji" } });
  const elsewhere = await call("/v1/datasets", { key: two.key, body: { name: "emoji" } });

  expect(again).toMatchObject({ status: 409, json: { code: "conflict" } });
  expect(elsewhere.status).toBe(201);
});

test("a refused write leaves no audit event", async () => {
  const { id, key } = await makeWorkspace();
  await makeDatasets(key, ["emoji", "emoji"]);

  const { results } = await env.DB.prepare(
    "select action from audit_events where workspace_id = ? and action = 'dataset.create'",
  )
    .bind(id)
    .all();

  expect(results).toHaveLength(1);
});

test("a workspace holds no more datasets than its quota", async () => {
  const { key } = await makeWorkspace({ maxDatasets: 1 });
  await makeDatasets(key, ["one"]);

  const { status, json } = await call("/v1/datasets", { key, body: { name: "two" } });

  expect({ status, code: json.code }).toEqual({ status: 403, code: "quota_exceeded" });
});

test.each(["asc", "desc"])("pages in %s order show each dataset once", async (order) => {
  const { key } = await makeWorkspace();
  const ids = await makeDatasets(key, ["a", "b", "c"]);

  const first = await call(`/v1/datasets?limit=2&order=${order}`, { key });
  const second = await call(`/v1/datasets?limit=2&order=${order}&after=${first.json.last_id}`, { key });

  const seen = [...first.json.data, ...second.json.data].map(({ id }: { id: string }) => id);
  expect(seen).toEqual(order === "asc" ? ids : ids.toReversed());
  expect([first.json.has_more, second.json.has_more]).toEqual([true, false]);
  expect(first.json.first_id).toBe(seen[0]);
});

test.each(["after=nonsense", "after=up_00000000000000000000000000000000", `after=${"x".repeat(300)}`])(
  "a bad cursor, %s, is refused as such",
  async (query) => {
    const { key } = await makeWorkspace();

    const { status, json } = await call(`/v1/datasets?${query}`, { key });

    expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_cursor" });
  },
);

test.each(["limit=0", "limit=101", "limit=x", "order=up"])("%s is refused and named", async (query) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call(`/v1/datasets?${query}`, { key });

  expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_input" });
  expect(json.errors[0].pointer).toBe(query.split("=")[0]);
});
