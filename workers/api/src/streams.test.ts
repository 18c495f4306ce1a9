import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";

const record = (exp_num: number, more = {}) => ({
  block_num: 0,
  exp_num,
  block_type: "train",
  task_name: "nav_1",
  reward: 0.5,
  ...more,
});
const lines = (...records: unknown[]) => records.map((each) => JSON.stringify(each)).join("\n");
const headers = { "content-type": "application/x-ndjson" };

async function makeStream(body = {}) {
  const { key } = await makeWorkspace();
  const { json } = await call("/v1/lifelong/streams", {
    key,
    body: { name: "minigrid", metricsColumns: ["reward"], ...body },
  });
  return { key, id: json.id as string, path: `/v1/lifelong/streams/${json.id}`, stream: json };
}

test("a stream is made, filled, closed and read", async () => {
  const { key, path } = await makeStream({
    scenario: { complexity: "1-low", scenarioType: "condensed", author: "me" },
  });

  const sent = await call(`${path}/experiences?lifetime=seed-1`, {
    key,
    headers,
    body: lines(record(0), record(1), record(2, { block_num: 1, block_type: "test" })),
  });
  const closed = await call(`${path}/close`, { key, body: { lifetime: "seed-1" } });
  const stream = await call(path, { key });
  const lifetimes = await call(`${path}/lifetimes`, { key });
  const blocks = await call(`${path}/blocks?lifetime=seed-1&limit=1`, { key });
  const next = await call(`${path}/blocks?lifetime=seed-1&limit=1&after=${blocks.json.last_id}`, { key });

  expect(sent).toMatchObject({ status: 201, json: { rowCount: 3, isRepeat: false } });
  expect(closed.json.data.map(({ status }: { status: string }) => status)).toEqual(["closed", "closed"]);
  expect(stream.json).toMatchObject({
    scenario: { complexity: "1-low", difficulty: null, scenarioType: "condensed", author: "me" },
    lifetimeCount: 1,
    rowCount: 3,
  });
  expect(lifetimes.json.data[0]).toMatchObject({ name: "seed-1", role: "learner", columns: ["reward"] });
  expect([blocks.json.data[0].blockNum, blocks.json.has_more]).toEqual([0, true]);
  expect([next.json.data[0].blockNum, next.json.has_more]).toEqual([1, false]);
});

test("a batch sent twice answers 200 the second time and adds no row", async () => {
  const { key, path } = await makeStream();
  const send = () =>
    call(`${path}/experiences`, { key, headers: { ...headers, "idempotency-key": "k1" }, body: lines(record(0)) });

  const [first, again] = [await send(), await send()];

  expect([first.status, again.status]).toEqual([201, 200]);
  expect((await call(path, { key })).json.rowCount).toBe(1);
});

test("a bad row is named by line, column and rule", async () => {
  const { key, path } = await makeStream();

  const { status, json } = await call(`${path}/experiences`, {
    key,
    headers,
    body: lines(record(0), record(1, { reward: "x" })),
  });

  expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_input" });
  expect(json.errors).toEqual([
    {
      pointer: "/1/reward",
      code: "not_a_number",
      detail: 'line 2, column reward: must be a finite number, or null for a missing one, not "x"',
    },
  ]);
});

test("a batch may be larger than other bodies, and has its own limit", async () => {
  const { key, path } = await makeStream();
  const large = lines(...Array.from({ length: 14_000 }, (_, i) => record(i, { note: "n" })));
  const huge = `${large}\n`.repeat(5);

  const taken = await call(`${path}/experiences`, { key, headers, body: large });
  const refused = await call(`${path}/experiences`, { key, headers, body: huge });

  expect(large.length).toBeGreaterThan(1024 ** 2);
  expect(taken).toMatchObject({ status: 201, json: { rowCount: 14_000 } });
  expect(refused).toMatchObject({ status: 413, json: { code: "payload_too_large" } });
});

test("a workspace holds no more streams than its quota", async () => {
  const { key } = await makeWorkspace({ maxStreams: 1 });
  const make = () => call("/v1/lifelong/streams", { key, body: { name: "a", metricsColumns: ["reward"] } });

  const [first, second] = [await make(), await make()];

  expect([first.status, second.json.code]).toEqual([201, "quota_exceeded"]);
});

test("experts of another workspace's stream can't be used", async () => {
  const theirs = await makeStream();
  const mine = await makeStream();

  const { status, json } = await call(mine.path, {
    method: "PATCH",
    key: mine.key,
    body: { expertStreamIds: [theirs.id] },
  });

  expect({ status, code: json.code }).toEqual({ status: 404, code: "not_found" });
});

test.each([
  ["writer without sequence", "?writer=a"],
  ["a lifetime's name with a slash", "?lifetime=a/b"],
  ["an unknown role", "?role=teacher"],
])("%s is refused", async (_what, query) => {
  const { key, path } = await makeStream();

  const { status, json } = await call(`${path}/experiences${query}`, { key, headers, body: lines(record(0)) });

  expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_input" });
});

test("an accuracy matrix as CSV or JSON is kept and measured by each suite", async () => {
  const { key, path } = await makeStream();
  const csv = "after,a,b\nbaseline,0.1,0.2\n1,0.9,0.3\n2,0.7,0.8\n";
  const document = {
    tasks: ["a", "b"],
    baseline: [0.1, 0.2],
    scores: [
      [0.9, 0.3],
      [0.7, 0.8],
    ],
  };

  const first = await call(`${path}/matrices?lifetime=seed-0`, {
    key,
    headers: { "content-type": "text/csv" },
    body: csv,
  });
  const second = await call(`${path}/matrices`, { key, body: document });
  const bad = await call(`${path}/matrices`, { key, headers: { "content-type": "text/csv" }, body: "a,b\n1,2\n3,x\n" });
  const list = await call(`${path}/matrices?order=asc`, { key });

  expect(first.status).toBe(201);
  expect(first.json.matrix).toEqual(document);
  const backward = first.json.metrics.find(({ name }: { name: string }) => name === "BWT");
  expect(backward.value).toBeCloseTo(0.7 - 0.9, 12);
  expect(second.json.metrics).toEqual(first.json.metrics);
  expect(bad).toMatchObject({ status: 400, json: { code: "invalid_input" } });
  expect(bad.json.detail).toContain("line 3");
  expect(list.json.data.map(({ lifetime }: { lifetime: string }) => lifetime)).toEqual(["seed-0", "main"]);
});

test("a stream is deleted and then not found", async () => {
  const { key, path, id } = await makeStream();

  const gone = await call(path, { key, method: "DELETE" });

  expect(gone).toMatchObject({ status: 200, json: { id, object: "stream" } });
  expect((await call(path, { key })).status).toBe(404);
});
