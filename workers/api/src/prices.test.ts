import { expect, test } from "vitest";
import { call, makeKey, makeWorkspace } from "../test/caller.ts";

const prices = {
  currency: "EUR",
  runnerHour: 0.5,
  labels: [{ label: "gpu", runnerHour: 2.25 }],
  models: [{ baseUrl: "https://a.test/v1", model: "m", millionPromptTokens: 0, millionCompletionTokens: 0.6 }],
};
const put = (key: string, body: unknown) => call("/v1/prices", { method: "PUT", key, body });

test("prices are replaced as a whole, read back, removed, and each write is in the log", async () => {
  const { id, key } = await makeWorkspace();

  const before = await call("/v1/prices", { key });
  await put(key, { currency: "USD", runnerHour: 1 });
  const set = await put(key, prices);
  const read = await call("/v1/prices", { key });
  const removed = await call("/v1/prices", { method: "DELETE", key });
  const { json: log } = await call("/v1/audit-events", { key });

  expect(before.json).toEqual({ object: "prices", prices: null });
  expect([set.json, read.json]).toEqual([{ object: "prices", prices }, set.json]);
  expect(removed.json).toEqual(before.json);
  expect(log.data).toMatchObject(
    ["prices.delete", "prices.replace", "prices.replace", "workspace.create"].map((action) => ({
      action,
      subjectId: id,
    })),
  );
  expect((await call("/v1/workspace", { key })).json).not.toHaveProperty("prices");
});

test("another workspace has prices of its own", async () => {
  const [{ key: mine }, { key: theirs }] = [await makeWorkspace(), await makeWorkspace()];
  await put(theirs, prices);

  await call("/v1/prices", { method: "DELETE", key: mine });

  expect((await call("/v1/prices", { key: mine })).json.prices).toBeNull();
  expect((await call("/v1/prices", { key: theirs })).json.prices).toEqual(prices);
});

test("who may only look can't set them", async () => {
  const { key } = await makeWorkspace();
  const reader = await makeKey(key, { scopes: ["workspace:read"] });

  expect((await put(reader.key, prices)).json.code).toBe("missing_scope");
  expect((await call("/v1/prices", { key: reader.key })).status).toBe(200);
});

const model = prices.models[0];
test.each([
  { what: "a negative price", body: { ...prices, runnerHour: -1 }, pointer: "/runnerHour" },
  { what: "NaN, which JSON writes as null", body: { ...prices, runnerHour: Number.NaN }, pointer: "/runnerHour" },
  { what: "a currency nobody has", body: { ...prices, currency: "QQQ" }, pointer: "/currency" },
  {
    what: "a label twice",
    body: { ...prices, labels: [prices.labels[0], prices.labels[0]] },
    pointer: "/labels/1",
  },
  {
    what: "a model twice, but for a slash",
    body: { ...prices, models: [model, { ...model, baseUrl: "https://a.test/v1/" }] },
    pointer: "/models/1",
  },
])("$what is refused, by its field", async ({ body, pointer }) => {
  const { key } = await makeWorkspace();

  const { status, json } = await put(key, body);

  expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_input" });
  expect(json.errors).toMatchObject([{ pointer }]);
});

test("a run tells its limits, its prices and what it has spent, and takes no money in another currency", async () => {
  const { key } = await makeWorkspace();
  await put(key, prices);
  const budget = { tokens: 5, money: { amount: 1, currency: "EUR" } };

  const { json: run } = await call("/v1/runs", { key, body: { kind: "noop", taskCount: 1, budget } });
  const retry = (body: unknown) => call(`/v1/runs/${run.id}/retry`, { method: "POST", key, body });

  expect(run).toMatchObject({
    budget: { limits: budget, spent: { runnerSeconds: 0, tokens: 0, money: { amount: 0, currency: "EUR" } } },
    prices: { currency: "EUR", runnerHour: 0.5, labels: prices.labels, tokens: null },
  });
  expect((await call(`/v1/runs/${run.id}/retry`, { method: "POST", key })).json.code).toBe("run_not_retryable");
  expect((await retry({ budget: { token: 7 } })).json.code).toBe("invalid_input");
  const { json: bad } = await call("/v1/runs", {
    key,
    body: { kind: "noop", taskCount: 1, budget: { money: { amount: 1, currency: "USD" } } },
  });
  expect(bad).toMatchObject({ code: "invalid_input", errors: [{ pointer: "/budget/money" }] });
});
