import { env } from "cloudflare:workers";
import { CreateRun, RunEvent } from "@whetstone/schemas/api";
import { createContext, partsFrom } from "@whetstone/core/create-context";
import { beginRun } from "@whetstone/core/runs/begin-run";
import { closeRun } from "@whetstone/core/runs/close-run";
import { lookAtRun } from "@whetstone/core/runs/look-at-run";
import { planWave } from "@whetstone/core/runs/plan-wave";
import { silent } from "@whetstone/core/testing";
import { expect, test } from "vitest";
import { adminToken, call, makeKey, makeWorkspace } from "../test/caller.ts";

/** The pipeline's context: these tests play the workflow, whose own tests run the real one. */
const system = () =>
  createContext({
    ...partsFrom(env),
    pipeline: silent,
    actor: { kind: "system", job: "test" },
    requestId: "req_test",
  });

async function makeRun(key: string, taskCount = 2): Promise<string> {
  const { json } = await call("/v1/runs", { key, body: { kind: "noop", taskCount } });
  await beginRun(system(), json.id);
  await planWave(system(), { runId: json.id, wave: 0 });
  return json.id;
}

async function makeRunnerKey(key: string): Promise<string> {
  return (await makeKey(key, { scopes: ["runner"] })).key;
}

const eventsOf = (text: string): RunEvent[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => RunEvent.parse(JSON.parse(line.slice(5))));

test("a run is queued with 202, its address and its defaults filled in", async () => {
  const { key } = await makeWorkspace();

  const { status, headers, json } = await call("/v1/runs", {
    key,
    body: { kind: "noop", taskCount: 3, name: "three" },
  });

  expect(status).toBe(202);
  expect(headers.get("location")).toBe(`/v1/runs/${json.id}`);
  expect(json).toMatchObject({
    object: "run",
    kind: "noop",
    name: "three",
    status: "queued",
    params: CreateRun.parse({ kind: "noop", taskCount: 3 }),
  });
  expect((await call(`/v1/runs/${json.id}`, { key })).json).toEqual(json);
});

test.each([
  { what: "a dataset", body: { kind: "ingest", datasetId: "ds_0", uploadIds: ["up_0"] } },
  { what: "a version", body: { kind: "refine", versionId: "dsv_0" } },
  { what: "a model", body: { kind: "train", versionId: "dsv_0", modelName: "m", initModelId: "mdl_0" } },
])("a run that names $what nobody has is 404", async ({ body }) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/runs", { key, body });

  expect({ status, code: json.code }).toEqual({ status: 404, code: "not_found" });
});

test("one run more than the quota is 403", async () => {
  const { key } = await makeWorkspace({ maxActiveRuns: 1 });
  await call("/v1/runs", { key, body: { kind: "noop", taskCount: 1 } });

  const { status, json } = await call("/v1/runs", { key, body: { kind: "noop", taskCount: 1 } });

  expect({ status, code: json.code }).toEqual({ status: 403, code: "quota_exceeded" });
});

test("an evaluation needs its own scope", async () => {
  const { key } = await makeWorkspace();
  const narrow = await makeKey(key, { scopes: ["runs:write"] });

  const body = { kind: "evaluate", modelId: "mdl_0", versionId: "dsv_0", tasks: [{ type: "retrieval" }] };
  const { status, json } = await call("/v1/runs", { key: narrow.key, body });

  expect({ status, code: json.code }).toEqual({ status: 403, code: "missing_scope" });
});

test(
  "a run goes from claim to settled over HTTP, and its events tell the story once",
  { timeout: 60_000 },
  async () => {
    const { key } = await makeWorkspace();
    const runnerKey = await makeRunnerKey(key);
    const id = await makeRun(key);
    const say = async (path: string, body: unknown) =>
      (await call(`/v1/runner/${path}`, { key: runnerKey, body })).json;

    const { runnerId } = await say("register", { name: "one", kinds: ["noop"] });
    const { tasks: lent } = await say("claim", { runnerId, max: 8 });
    const leases = lent.map(({ taskId, attempt, lease }: { taskId: string; attempt: number; lease: string }) => ({
      taskId,
      attempt,
      lease,
    }));
    const beat = await say("heartbeat", { runnerId, tasks: leases });
    const failed = await say("fail", {
      runnerId,
      tasks: [{ ...leases[0], code: "boom", message: "it broke", fate: "release" }],
    });
    const again = await say("claim", { runnerId, max: 8, waitMs: 2_000 });
    const results = [leases[1], again.tasks[0]].map(({ taskId, attempt, lease }) => ({
      taskId,
      attempt,
      lease,
      result: { counts: { samples: 1 } },
      outputs: [],
    }));
    const done = await say("complete", { runnerId, tasks: results });
    await lookAtRun(system(), id);
    await closeRun(system(), id);
    const stream = await call(`/v1/runs/${id}/events`, { key });
    const events = eventsOf(stream.text);
    const rest = await call(`/v1/runs/${id}/events`, { key, headers: { "last-event-id": String(events[0]?.id) } });

    expect(beat.tasks.map(({ state }: { state: string }) => state)).toEqual(["held", "held"]);
    expect(failed.tasks[0].state).toBe("requeued");
    expect(again.tasks[0]).toMatchObject({ taskId: leases[0].taskId, attempt: 2 });
    expect(done.tasks.map(({ state }: { state: string }) => state)).toEqual(["accepted", "accepted"]);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(events.map(({ type }) => type)).toEqual(["run.queued", "run.running", "run.succeeded"]);
    expect(eventsOf(rest.text)).toEqual(events.slice(1));
    expect((await call(`/v1/runs/${id}/tasks`, { key })).json.data).toHaveLength(2);
    expect((await call("/v1/runners", { key })).json.data).toMatchObject([{ id: runnerId, leasedTasks: 0 }]);
  },
);

test("the stream of a live run shows its progress and its cancelling", async () => {
  const { key } = await makeWorkspace();
  const id = await makeRun(key);

  const streaming = call(`/v1/runs/${id}/events`, { key });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const cancelled = await call(`/v1/runs/${id}/cancel`, { method: "POST", key });
  await lookAtRun(system(), id);
  await closeRun(system(), id);
  const types = eventsOf((await streaming).text).map(({ type }) => type);

  expect(cancelled.json.status).toBe("cancelling");
  expect(types).toContain("run.progress");
  expect(types.at(-1)).toBe("run.cancelled");
  expect((await call(`/v1/runs/${id}/cancel`, { method: "POST", key })).json.code).toBe("run_not_cancellable");
});

test("a claim with nothing to do is held open, then comes back empty", async () => {
  const { key } = await makeWorkspace();
  const runnerKey = await makeRunnerKey(key);
  const { json: runner } = await call("/v1/runner/register", {
    key: runnerKey,
    body: { name: "one", kinds: ["noop"] },
  });

  const from = Date.now();
  const { json } = await call("/v1/runner/claim", {
    key: runnerKey,
    body: { runnerId: runner.runnerId, waitMs: 1_000 },
  });

  expect(json).toEqual({ tasks: [] });
  expect(Date.now() - from).toBeGreaterThan(400);
});

test("a claim that waits gets what comes meanwhile", async () => {
  const { key } = await makeWorkspace();
  const runnerKey = await makeRunnerKey(key);
  const { json: runner } = await call("/v1/runner/register", {
    key: runnerKey,
    body: { name: "one", kinds: ["noop"] },
  });

  const claiming = call("/v1/runner/claim", { key: runnerKey, body: { runnerId: runner.runnerId, waitMs: 15_000 } });
  const id = await makeRun(key, 1);

  expect((await claiming).json.tasks).toMatchObject([{ runId: id, attempt: 1 }]);
});

test("the runner protocol is for runner keys alone, and another workspace's runner is unknown", async () => {
  const { key } = await makeWorkspace();
  const { key: otherKey } = await makeWorkspace();
  const [mine, theirs] = [await makeRunnerKey(key), await makeRunnerKey(otherKey)];
  const { json: runner } = await call("/v1/runner/register", { key: mine, body: { name: "one", kinds: ["noop"] } });

  const body = { runnerId: runner.runnerId };
  const answers = await Promise.all(
    [key, theirs, adminToken].map((who) => call("/v1/runner/claim", { key: who, body })),
  );

  expect(answers.map(({ json }) => json.code)).toEqual(["missing_scope", "not_found", "missing_scope"]);
});

test("the backlog counts a workspace's open tasks of the kinds asked for", async () => {
  const { key } = await makeWorkspace();
  const runnerKey = await makeRunnerKey(key);
  await makeRun(key, 3);

  const backlog = async (query: string) => (await call(`/v1/runner/backlog?${query}`, { key: runnerKey })).json;

  expect(await backlog("kind=noop&kind=ingest-archive")).toEqual({ open: 3 });
  expect(await backlog("kind=train-model")).toEqual({ open: 0 });
  expect(await backlog("kind=nonsense")).toMatchObject({ code: "invalid_input" });
  expect((await call("/v1/runner/backlog?kind=noop", { key })).json).toMatchObject({ code: "missing_scope" });
});
