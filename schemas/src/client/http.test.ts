import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ApiError, createClient } from "./index.ts";

let server: Server | undefined;
afterEach(() => server?.close());

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | "drop";

/** A server that gives these answers in turn and keeps what it was asked. */
async function serve(answers: Answer[]): Promise<{ baseUrl: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(asked.push(request) - 1, answers.length - 1)];
    if (answer === undefined || answer === "drop") return void request.socket.destroy();
    response
      .writeHead(answer.status, { "content-type": "application/json", ...answer.headers })
      .end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const dataset = {
  id: "ds_1",
  object: "dataset",
  name: "birds",
  description: "",
  latestVersionId: null,
  createdAt: "2026-01-01T00:00:00.000Z",
};
const problem = {
  type: "about:blank",
  title: "x",
  status: 404,
  detail: "dataset ds_9 does not exist",
  code: "not_found",
  request_id: "req_1",
};

test("a POST is repeated with the same idempotency key after lost and failed answers", async () => {
  const { baseUrl, asked } = await serve(["drop", { status: 503 }, { status: 201, body: dataset }]);

  const made = await createClient({ baseUrl, key: "k", random: () => 0 }).datasets.create({ name: "birds" });

  expect(made.id).toBe("ds_1");
  const keys = asked.map((request) => request.headers["idempotency-key"]);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test("a POST whose first try is still being worked on asks again", async () => {
  const busy = { status: 409, body: { ...problem, status: 409, code: "idempotency_in_progress" } };
  const { baseUrl, asked } = await serve(["drop", busy, { status: 201, body: dataset }]);

  const made = await createClient({ baseUrl, key: "k", random: () => 0 }).datasets.create({ name: "birds" });

  expect(made.id).toBe("ds_1");
  expect(asked).toHaveLength(3);
});

test("an answer that no retry can mend is thrown at once with its code and request id", async () => {
  const { baseUrl, asked } = await serve([{ status: 404, body: problem }]);

  const failure = await createClient({ baseUrl, key: "k" })
    .datasets.get("ds_9")
    .catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({
    status: 404,
    code: "not_found",
    requestId: "req_1",
    message: "dataset ds_9 does not exist",
  });
  expect(asked).toHaveLength(1);
});

test("retries end, and the last failure is told", async () => {
  const { baseUrl, asked } = await serve([{ status: 500 }]);

  const failure = await createClient({ baseUrl, key: "k", retries: 2, random: () => 0 })
    .datasets.get("ds_9")
    .catch((error: unknown) => error);

  expect(failure).toMatchObject({ status: 500 });
  expect(asked).toHaveLength(3);
});

test("an API that is down is named as unreachable", async () => {
  const failure = await createClient({ baseUrl: "http://127.0.0.1:9", key: "k", retries: 0 })
    .datasets.get("x")
    .catch((error: unknown) => error);

  expect(failure).toMatchObject({ status: 0, code: "unreachable" });
  expect(String(failure)).toContain("http://127.0.0.1:9 can't be reached");
});

test("Retry-After is waited for", async () => {
  const { baseUrl } = await serve([
    { status: 429, headers: { "retry-after": "1" } },
    { status: 200, body: dataset },
  ]);
  const start = performance.now();

  await createClient({ baseUrl, key: "k", random: () => 0 }).datasets.get("ds_1");

  expect(performance.now() - start).toBeGreaterThan(900);
});
