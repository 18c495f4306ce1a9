import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createClient } from "./index.ts";

let server: Server | undefined;
afterEach(() => server?.close());

const line = (id: number, type: string): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, at: "2026-01-01T00:00:00.000Z", data: {} })}\n\n`;

test("a stream that breaks in the middle is opened again where it was", async () => {
  const seenIds: (string | undefined)[] = [];
  server = createServer((request, response) => {
    seenIds.push(request.headers["last-event-id"]?.toString());
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (seenIds.length > 1) return void response.end(`: keep-alive\n\n${line(3, "run.succeeded")}`);
    response.write(line(1, "run.queued"));
    response.write(line(2, "run.running"));
    setTimeout(() => request.socket.destroy(), 50);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const api = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "k" });

  const types: string[] = [];
  for await (const event of api.runs.events("run_1")) types.push(event.type);

  expect(types).toEqual(["run.queued", "run.running", "run.succeeded"]);
  expect(seenIds).toEqual(["0", "2"]);
});

test("a run that was tried again is followed past its first ending", async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const [i, type] of ["run.failed", "run.retried", "run.succeeded"].entries()) response.write(line(i + 1, type));
    response.end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const api = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "k" });

  const types: string[] = [];
  for await (const event of api.runs.events("run_1")) types.push(event.type);

  expect(types).toEqual(["run.failed", "run.retried", "run.succeeded"]);
});

test("an unknown run ends the stream with the API's own error", async () => {
  server = createServer((_, response) =>
    response.writeHead(404).end(JSON.stringify({ code: "not_found", detail: "run run_9 does not exist" })),
  );
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const api = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "k" });

  await expect(api.runs.events("run_9").next()).rejects.toMatchObject({ status: 404, code: "not_found" });
});
