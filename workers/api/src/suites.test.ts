import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, makeKey, makeWorkspace } from "../test/caller.ts";

const hex = (n: number) => n.toString(16).padStart(32, "0");
let made = 0;

/** A dataset with one version, as far as rows tell. */
async function makeDataset(
  workspace: { id: string; key: string },
  name: string,
): Promise<{ id: string; versionId: string }> {
  const { json } = await call("/v1/datasets", { key: workspace.key, body: { name } });
  made += 1;
  const versionId = `dsv_${hex(Date.now() * 1000 + made)}`;
  await env.DB.batch([
    env.DB.prepare(`insert into versions values (?, ?, ?, 1, null, ?, '["base"]', 0, 0, 0, 0, 'none', '0', 1)`).bind(
      versionId,
      workspace.id,
      json.id,
      `run_${versionId}`,
    ),
    env.DB.prepare("update datasets set latest_version_id = ? where id = ?").bind(versionId, json.id),
  ]);
  return { id: json.id, versionId };
}

async function makeModel(workspace: { id: string }): Promise<string> {
  made += 1;
  const id = `mdl_${hex(Date.now() * 1000 + made)}`;
  await env.DB.prepare(`insert into models values (?, ?, ?, 1, null, null, null, '0', '{}', '[]', '{}', 1)`)
    .bind(id, workspace.id, id)
    .run();
  return id;
}

test("a suite fixes each set to a version, given as one or as a dataset", async () => {
  const workspace = await makeWorkspace();
  const { key } = workspace;
  const [one, two] = [await makeDataset(workspace, "one"), await makeDataset(workspace, "two")];
  const sets = [
    { name: "first", versionId: one.versionId, tasks: [{ type: "retrieval" }], groups: ["retrieval"] },
    { name: "second", dataset: "two" },
    { name: "third", dataset: two.id },
  ];

  const suite = await call("/v1/suites", { key, body: { name: "core", sets } });
  const shown = await call(`/v1/suites/${suite.json.id}`, { key });

  expect(suite.status).toBe(201);
  expect(suite.headers.get("location")).toBe(`/v1/suites/${suite.json.id}`);
  expect(suite.json).toMatchObject({
    aggregate: "mean",
    missing: [],
    sets: [
      { name: "first", versionId: one.versionId, tasks: [{ type: "retrieval" }] },
      { name: "second", versionId: two.versionId, tasks: [{ type: "zero-shot-classification" }], groups: [] },
      { name: "third", versionId: two.versionId },
    ],
  });
  expect(shown.json).toEqual(suite.json);
});

test("DataComp's suite takes the datasets named after its tasks and says which are missing", async () => {
  const workspace = await makeWorkspace();
  const { key } = workspace;
  const [cifar, textures, coco] = [
    await makeDataset(workspace, "CIFAR-10"),
    await makeDataset(workspace, "dtd"),
    await makeDataset(workspace, "MSCOCO"),
  ];
  await makeDataset(workspace, "my own");

  const { json, status } = await call("/v1/suites", { key, body: { name: "dc", datacomp: true } });

  expect(status).toBe(201);
  expect(json.sets).toMatchObject([
    { name: "CIFAR-10", key: "cifar10", versionId: cifar.versionId, mainMetric: "acc1", groups: [] },
    { name: "Describable Textures", key: "vtab/dtd", versionId: textures.versionId, groups: ["vtab"] },
    { name: "MSCOCO", versionId: coco.versionId, mainMetric: "meanRecallAt1", tasks: [{ type: "retrieval" }] },
  ]);
  expect(json.missing).toHaveLength(35);
  expect(json.missing).toContain("imagenet1k");
});

test("DataComp's suite of nothing says what to name a dataset", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/suites", { key, body: { name: "dc", datacomp: true } });

  expect(status).toBe(409);
  expect(json.detail).toContain("cifar10");
});

test("a name is given once, since suites never change", async () => {
  const workspace = await makeWorkspace();
  const { versionId } = await makeDataset(workspace, "one");
  const body = { name: "core", sets: [{ name: "a", versionId }] };
  await call("/v1/suites", { key: workspace.key, body });

  const again = await call("/v1/suites", { key: workspace.key, body });

  expect(again).toMatchObject({ status: 409, json: { code: "conflict" } });
});

const one = { name: "a", versionId: "dsv_0" };
test.each([
  ["neither sets nor datacomp", { name: "x" }, "/sets"],
  ["both", { name: "x", datacomp: true, sets: [one] }, "/sets"],
  ["no sets", { name: "x", sets: [] }, "/sets"],
  ["two sets of one name", { name: "x", sets: [one, one] }, "/sets"],
  ["a set of nothing", { name: "x", sets: [{ name: "a" }] }, "/sets/0/versionId"],
  ["a set of two things", { name: "x", sets: [{ ...one, dataset: "b" }] }, "/sets/0/versionId"],
  ["an unknown task", { name: "x", sets: [{ ...one, tasks: [{ type: "guess" }] }] }, "/sets/0/tasks/0/type"],
  [
    "one class",
    { name: "x", sets: [{ ...one, tasks: [{ type: "zero-shot-classification", classNames: ["a"] }] }] },
    "/sets/0/tasks/0/classNames",
  ],
  [
    "an empty class",
    { name: "x", sets: [{ ...one, tasks: [{ type: "zero-shot-classification", classNames: ["a", ""] }] }] },
    "/sets/0/tasks/0/classNames/1",
  ],
])("a suite with %s is refused, and the answer points there", async (_, body, pointer) => {
  const { key } = await makeWorkspace();

  const answer = await call("/v1/suites", { key, body });

  expect(answer.status).toBe(400);
  expect(answer.json.errors[0].pointer).toBe(pointer);
});

test("a suite of a dataset without a version, or of another workspace's, is refused", async () => {
  const [mine, theirs] = [await makeWorkspace(), await makeWorkspace()];
  const { versionId } = await makeDataset(theirs, "theirs");
  await call("/v1/datasets", { key: mine.key, body: { name: "empty" } });
  const make = (set: object) =>
    call("/v1/suites", { key: mine.key, body: { name: "x", sets: [{ name: "a", ...set }] } });

  expect(await make({ dataset: "empty" })).toMatchObject({ status: 409, json: { code: "conflict" } });
  expect((await make({ dataset: "theirs" })).status).toBe(404);
  expect(await make({ versionId })).toMatchObject({
    status: 404,
    json: { errors: [{ pointer: "/sets/0/versionId" }] },
  });
});

test.each([
  ["no model", { suite: "core" }, "/model"],
  ["two models", { model: "a", modelId: "mdl_0", suite: "core" }, "/model"],
  ["nothing to judge it on", { model: "a" }, "/suite"],
  ["two things to judge it on", { model: "a", suite: "core", dataset: "b" }, "/suite"],
  ["tasks of its own for a suite", { model: "a", suite: "core", tasks: [{ type: "retrieval" }] }, "/tasks"],
  [
    "seventeen pairs of metadata",
    { model: "a", suite: "core", metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"])) },
    "/metadata",
  ],
])("an evaluation with %s is refused", async (_, body, pointer) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/evaluations", { key, body });

  expect(status).toBe(400);
  expect(json.errors[0].pointer).toBe(pointer);
});

test("an evaluation is shown in every form, and repeats of its request make no other", async () => {
  const workspace = await makeWorkspace();
  const { key } = workspace;
  const { versionId } = await makeDataset(workspace, "one");
  const body = { model: await makeModel(workspace), dataset: "one", name: "nightly", metadata: { commit: "abc" } };
  const start = () => call("/v1/evaluations", { key, body, headers: { "idempotency-key": "a" } });

  const [first, again] = [await start(), await start()];
  const at = `/v1/evaluations/${first.json.id}/results`;
  const [openai, csv, html] = [
    await call(`${at}?format=openai`, { key }),
    await call(`${at}?format=csv`, { key }),
    await call(`${at}?format=html`, { key }),
  ];

  expect(first).toMatchObject({ status: 202, json: { versionId, suiteId: null, status: "queued", name: "nightly" } });
  expect(first.headers.get("location")).toBe(`/v1/evaluations/${first.json.id}`);
  expect(again.json).toEqual(first.json);
  expect((await call(at, { key })).json).toEqual(first.json);
  expect(openai.json).toMatchObject({
    object: "eval.run",
    status: "queued",
    eval_id: versionId,
    metadata: { commit: "abc" },
  });
  expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(html.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(html.text).toContain("nightly");
  expect((await call(`${at}?format=pdf`, { key })).status).toBe(400);
});

test("a shared link shows the page without a key, until it is revoked or its time is over", async () => {
  const workspace = await makeWorkspace();
  const { key } = workspace;
  await makeDataset(workspace, "one");
  const { json: evaluation } = await call("/v1/evaluations", {
    key,
    body: { model: await makeModel(workspace), dataset: "one", name: "for all" },
  });
  const share = async () =>
    (await call(`/v1/evaluations/${evaluation.id}/share`, { key, body: { expiresInDays: 7 } })).json;
  const look = async (url: string) => call(new URL(url).pathname);

  const [lasting, revoked, expired] = [await share(), await share(), await share()];
  await call(`/v1/shares/${revoked.id}`, { method: "DELETE", key });
  await env.DB.prepare("update shares set expires_at = ? where id = ?")
    .bind(Date.now() - 1, expired.id)
    .run();
  const stored = JSON.stringify((await env.DB.prepare("select * from shares").all()).results);
  const pages = await Promise.all([lasting, revoked, expired].map(({ url }) => look(url)));

  expect(pages.map(({ status }) => status)).toEqual([200, 404, 404]);
  expect(pages[0]?.text).toContain("for all");
  expect(pages[0]?.headers.get("x-robots-tag")).toBe("noindex");
  expect(pages[0]?.headers.get("cache-control")).toBe("private, no-store");
  expect(Date.parse(lasting.expiresAt) - Date.parse(lasting.createdAt)).toBe(7 * 24 * 3_600_000);
  expect(stored).not.toContain(lasting.url.split("/").at(-1));
  expect(
    (await call(`/v1/evaluations/${evaluation.id}/shares`, { key })).json.data.map(({ id }: { id: string }) => id),
  ).toEqual([expired.id, lasting.id]);
  expect((await call("/s/guess")).status).toBe(404);
});

test("suites and evaluations take their scopes", async () => {
  const { key } = await makeWorkspace();
  const { key: reader } = await makeKey(key, { scopes: ["evaluations:read"] });

  expect((await call("/v1/suites", { key: reader })).status).toBe(200);
  expect((await call("/v1/suites", { key: reader, body: { name: "x", datacomp: true } })).json.code).toBe(
    "missing_scope",
  );
  expect((await call("/v1/evaluations/compare", { key: reader, body: { evaluationIds: ["eval_1"] } })).status).toBe(
    400,
  );
});

test.each([
  ["one evaluation", ["eval_1"]],
  ["eleven", Array.from({ length: 11 }, (_, i) => `eval_${i}`)],
  ["one evaluation twice", ["eval_1", "eval_1"]],
])("a comparison of %s is refused", async (_, evaluationIds) => {
  const { key } = await makeWorkspace();

  const answer = await call("/v1/evaluations/compare", { key, body: { evaluationIds } });

  expect(answer.status).toBe(400);
  expect(answer.json.errors[0].pointer).toBe("/evaluationIds");
});
