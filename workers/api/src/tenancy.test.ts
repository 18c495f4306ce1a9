import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { app, call, makeKey, makeWorkspace } from "../test/caller.ts";
import { makeUpload } from "../test/files.ts";

const experience = { block_num: 0, exp_num: 0, block_type: "train", task_name: "a_1", reward: 1 };

/** Every route that takes an id, with the id's kind and a body its schema takes. */
const routes = [
  { method: "DELETE", path: "/v1/keys/{id}", kind: "key" },
  { method: "GET", path: "/v1/uploads/{id}", kind: "up" },
  { method: "GET", path: "/v1/uploads/{id}/parts", kind: "up" },
  { method: "POST", path: "/v1/uploads/{id}/complete", kind: "up", body: { parts: [{ partNumber: 1, etag: "x" }] } },
  { method: "POST", path: "/v1/uploads/{id}/cancel", kind: "up" },
  { method: "GET", path: "/v1/datasets/{id}", kind: "ds" },
  { method: "GET", path: "/v1/datasets/{id}/versions", kind: "ds" },
  { method: "GET", path: "/v1/versions/{id}", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/manifest", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/samples", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/samples/{uid}", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/rejects", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/pairs", query: `with=dsv_${"0".repeat(32)}`, kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/statistics", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/selection", kind: "dsv" },
  { method: "GET", path: "/v1/versions/{id}/reviews", kind: "dsv" },
  {
    method: "POST",
    path: "/v1/versions/{id}/reviews",
    kind: "dsv",
    body: { uid: "0".repeat(32), decision: "accepted" },
  },
  { method: "DELETE", path: "/v1/reviews/{id}", kind: "rvw" },
  { method: "GET", path: "/v1/datasets/{id}/samples/{uid}/history", kind: "ds" },
  { method: "GET", path: "/v1/models/{id}", kind: "mdl" },
  { method: "GET", path: "/v1/models/{id}/files", kind: "mdl" },
  { method: "GET", path: "/v1/evaluations/{id}", kind: "eval" },
  { method: "GET", path: "/v1/evaluations/{id}/results", kind: "eval" },
  { method: "GET", path: "/v1/evaluations/{id}/files", kind: "eval" },
  { method: "GET", path: "/v1/evaluations/{id}/examples", kind: "eval" },
  { method: "POST", path: "/v1/evaluations/{id}/share", kind: "eval", body: {} },
  { method: "GET", path: "/v1/evaluations/{id}/shares", kind: "eval" },
  { method: "DELETE", path: "/v1/shares/{id}", kind: "shr" },
  { method: "GET", path: "/v1/suites/{id}", kind: "suite" },
  { method: "GET", path: "/v1/runs/{id}", kind: "run" },
  { method: "POST", path: "/v1/runs/{id}/cancel", kind: "run" },
  { method: "POST", path: "/v1/runs/{id}/retry", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/task-map", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/failures", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/curve", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/tasks", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/events", kind: "run" },
  { method: "GET", path: "/v1/runs/{id}/matches", kind: "run" },
  { method: "GET", path: "/v1/tasks/{id}", kind: "task" },
  { method: "GET", path: "/v1/loops/{id}", kind: "loop" },
  { method: "GET", path: "/v1/loops/{id}/iterations", kind: "loop" },
  { method: "GET", path: "/v1/loops/{id}/iterations/{number}", kind: "loop" },
  { method: "GET", path: "/v1/loops/{id}/iterations/{number}/samples", kind: "loop" },
  { method: "GET", path: "/v1/loops/{id}/iterations/{number}/files", kind: "loop" },
  { method: "POST", path: "/v1/loops/{id}/pause", kind: "loop" },
  { method: "POST", path: "/v1/loops/{id}/resume", kind: "loop" },
  { method: "POST", path: "/v1/loops/{id}/cancel", kind: "loop" },
  { method: "POST", path: "/v1/loops/{id}/promote", kind: "loop", body: { iteration: 0 } },
  { method: "POST", path: "/v1/loops/{id}/rollback", kind: "loop" },
  { method: "POST", path: "/v1/loops/{id}/fork", kind: "loop", body: { iteration: 0, name: "mine" } },
  { method: "GET", path: "/v1/webhooks/{id}", kind: "whk" },
  { method: "DELETE", path: "/v1/webhooks/{id}", kind: "whk" },
  { method: "POST", path: "/v1/webhooks/{id}/enable", kind: "whk" },
  { method: "POST", path: "/v1/webhooks/{id}/test", kind: "whk" },
  { method: "GET", path: "/v1/webhook-deliveries/{id}", kind: "whd" },
  { method: "POST", path: "/v1/webhook-deliveries/{id}/redeliver", kind: "whd" },
  { method: "GET", path: "/v1/reports/{id}", kind: "rep" },
  { method: "GET", path: "/v1/schedules/{id}", kind: "sch" },
  { method: "PATCH", path: "/v1/schedules/{id}", kind: "sch", body: { isPaused: true } },
  { method: "DELETE", path: "/v1/schedules/{id}", kind: "sch" },
  { method: "POST", path: "/v1/schedules/{id}/run", kind: "sch" },
  { method: "GET", path: "/v1/schedules/{id}/runs", kind: "sch" },
  { method: "GET", path: "/v1/lifelong/streams/{id}", kind: "str" },
  { method: "PATCH", path: "/v1/lifelong/streams/{id}", kind: "str", body: { name: "mine" } },
  { method: "DELETE", path: "/v1/lifelong/streams/{id}", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/lifetimes", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/blocks", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/metrics", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/curves", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/experiences", kind: "str" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/imports", kind: "str" },
  { method: "POST", path: "/v1/lifelong/streams/{id}/imports", kind: "str", body: { uploadId: "up_1" } },
  { method: "GET", path: "/v1/lifelong/imports/{id}", kind: "imp" },
  { method: "GET", path: "/v1/lifelong/streams/{id}/matrices", kind: "str" },
  { method: "POST", path: "/v1/lifelong/streams/{id}/matrices", kind: "str", body: [[0.5]] },
  { method: "POST", path: "/v1/lifelong/streams/{id}/close", kind: "str", body: {} },
  { method: "POST", path: "/v1/lifelong/streams/{id}/experiences", kind: "str", body: experience },
];
const hex = (n: number) => n.toString(16).padStart(32, "0");

let theirs: Record<string, string>;
let mine: string;

beforeAll(async () => {
  const owner = await makeWorkspace();
  ({ key: mine } = await makeWorkspace());
  const { id: key } = await makeKey(owner.key, { scopes: ["runs:read"] });
  const { upload } = await makeUpload(owner.key, "hello", { complete: false });
  const { json: dataset } = await call("/v1/datasets", { key: owner.key, body: { name: "theirs" } });
  const { json: run } = await call("/v1/runs", { key: owner.key, body: { kind: "noop", taskCount: 1 } });
  const { json: webhook } = await call("/v1/webhooks", {
    key: owner.key,
    body: { url: "http://127.0.0.1:9/", events: ["run.failed"] },
  });
  const { json: delivery } = await call(`/v1/webhooks/${webhook.id}/test`, { method: "POST", key: owner.key });
  const { json: stream } = await call("/v1/lifelong/streams", {
    key: owner.key,
    body: { name: "theirs", metricsColumns: ["reward"] },
  });
  await call(`/v1/lifelong/streams/${stream.id}/experiences`, { key: owner.key, body: experience });
  const { upload: log } = await makeUpload(owner.key, "a log");
  const { json: streamImport } = await call(`/v1/lifelong/streams/${stream.id}/imports`, {
    key: owner.key,
    body: { uploadId: log.id },
  });
  const { json: schedule } = await call("/v1/schedules", {
    key: owner.key,
    body: { name: "weekly", cron: "0 8 * * MON", report: { name: "weekly", streamIds: [stream.id] } },
  });
  const { json: report } = await call("/v1/reports", {
    key: owner.key,
    body: { name: "theirs", streamIds: [stream.id] },
  });
  const at = Date.now();
  const [version, model, evaluation, task] = [`dsv_${hex(at)}`, `mdl_${hex(at)}`, `eval_${hex(at)}`, `task_${hex(at)}`];
  const [share, review, loop] = [`shr_${hex(at)}`, `rvw_${hex(at)}`, `loop_${hex(at)}`];
  await env.DB.batch([
    env.DB.prepare(`insert into versions values (?, ?, ?, 1, null, ?, '["base"]', 0, 0, 0, 0, 'none', '0', ?)`).bind(
      version,
      owner.id,
      dataset.id,
      run.id,
      at,
    ),
    env.DB.prepare(`insert into models values (?, ?, 'm', 1, null, null, null, '0', '{}', '[]', '{}', ?)`).bind(
      model,
      owner.id,
      at,
    ),
    env.DB.prepare(
      `insert into evaluations (id, workspace_id, run_id, model_id, version_id, tasks, created_at) values (?, ?, ?, ?, ?, '[]', ?)`,
    ).bind(evaluation, owner.id, run.id, model, version, at),
    env.DB.prepare(`insert into shares values (?, ?, ?, 'hash', ?, ?)`).bind(share, owner.id, evaluation, at, at),
    env.DB.prepare(`insert into reviews values (?, ?, ?, ?, 0, 'accepted', null, null, ?, ?)`).bind(
      review,
      owner.id,
      version,
      hex(1),
      key,
      at,
    ),
    env.DB.prepare(
      `insert into loops (id, workspace_id, run_id, name, method, parameters, request, start, spent, created_at)
       values (?, ?, ?, 'theirs', 'b-star', '{}', '{}', '{}', '{"samples":0,"tokens":0,"gpuSeconds":0,"wallSeconds":0}', ?)`,
    ).bind(loop, owner.id, run.id, at),
    env.DB.prepare(
      `insert into tasks (id, workspace_id, run_id, wave, "index", kind, status, params, inputs, needs, max_attempts, available_at, created_at)
       values (?, ?, ?, 0, 7, 'noop', 'queued', '{}', '[]', '[]', 1, ?, ?)`,
    ).bind(task, owner.id, run.id, at, at),
  ]);
  const sets = [{ name: "a", versionId: version }];
  const { json: suite } = await call("/v1/suites", { key: owner.key, body: { name: "theirs", sets } });
  theirs = {
    key,
    rep: report.id,
    up: upload.id,
    ds: dataset.id,
    dsv: version,
    mdl: model,
    eval: evaluation,
    run: run.id,
    task,
    whk: webhook.id,
    whd: delivery.id,
    str: stream.id,
    suite: suite.id,
    shr: share,
    rvw: review,
    loop,
    sch: schedule.id,
    imp: streamImport.id,
  };
  // A row of everything takes a while on a busy machine.
}, 60_000);

test("the table names every route that takes an id", () => {
  const paths = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } }).paths ?? {};
  const known = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );

  // Recipes and methods are the platform's own: their names tell nothing of a workspace.
  const isPublic = (route: string) => ["GET /v1/recipes/{name}", "GET /v1/methods/{id}"].includes(route);
  expect(known.filter((route) => route.includes("{") && !isPublic(route)).toSorted()).toEqual(
    routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
});

test.each(routes)(
  "$method $path answers another workspace's id exactly like an unknown one",
  async ({ method, path, kind, query, body }) => {
    const ask = (id: string) =>
      call(path.replace("{id}", id).replace("{uid}", hex(1)).replace("{number}", "0") + (query ? `?${query}` : ""), {
        method,
        key: mine,
        headers: { "x-request-id": "same" },
        ...(body ? { body } : {}),
      });
    const known = theirs[kind] ?? "";
    const unknown = `${kind}_${hex(0)}`;

    const [foreign, missing, malformed] = [await ask(known), await ask(unknown), await ask("nonsense")];

    const plain = ({ status, headers, text }: typeof foreign, id: string) => ({
      status,
      headers: [...headers],
      text: text.replaceAll(id, "ID"),
    });
    expect(foreign.status).toBe(404);
    expect(plain(foreign, known)).toEqual(plain(missing, unknown));
    expect(plain(malformed, "nonsense")).toEqual(plain(missing, unknown));
  },
);

test.each([
  "datasets",
  "models",
  "evaluations",
  "runs",
  "keys",
  "audit-events",
  "webhooks",
  "webhook-deliveries",
  "suites",
  "loops",
  "lifelong/streams",
  "reports",
  "schedules",
])("the list of %s shows nothing of another workspace", async (noun) => {
  const { json, text } = await call(`/v1/${noun}`, { key: mine });

  expect(json.object).toBe("list");
  for (const id of Object.values(theirs)) expect(text).not.toContain(id);
});
