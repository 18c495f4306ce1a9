import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { CompleteTasks, FailTasks, Heartbeat, LentTask } from "@whetstone/schemas/tasks";

interface FakeTask {
  kind?: LentTask["kind"];
  params?: Record<string, unknown>;
  inputs?: Record<string, { bytes: Buffer; sha256?: string | null; sizeBytes?: number }>;
  checkpoint?: Buffer;
}
/** What goes wrong: asked before each request, `drop` does the work and loses the answer, `refuse` answers 503. */
type Fault = (request: {
  path: string;
  count: number;
  range: string | undefined;
}) => "drop" | "refuse" | "halve" | "expired" | undefined;

/** The runner protocol and an S3 in one small HTTP server, for faults of timing that a real stack can't be made to show on demand. Tests only. */
export async function startFakeApi({ fault = () => undefined }: { fault?: Fault } = {}) {
  const queue: LentTask[] = [];
  const objects = new Map<string, Buffer>();
  const completed = new Map<string, CompleteTasks["tasks"][number]>();
  const failed: FailTasks["tasks"] = [];
  const heartbeats: Heartbeat[] = [];
  const states = new Map<string, "cancelled" | "lost">();
  const counts = new Map<string, number>();
  const log: string[] = [];
  const control = { registrations: 0, tokenStatus: 200, urlGeneration: 0 };

  const server = createServer(
    (request, response) => void handle(request, response).catch((error: unknown) => response.destroy(error as Error)),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", url);
    const count = (counts.get(pathname) ?? 0) + 1;
    counts.set(pathname, count);
    log.push(`${request.method} ${pathname}`);
    const failure = fault({ path: pathname, count, range: request.headers.range });
    const body = await buffer(request);
    if (failure === "refuse") return void response.writeHead(503).end();
    if (pathname.startsWith("/s3/"))
      return serveObject(request, response, {
        key: pathname,
        body,
        failure,
        isStale: Number(searchParams.get("g")) < control.urlGeneration,
      });
    if (control.tokenStatus !== 200)
      return void response
        .writeHead(control.tokenStatus)
        .end(JSON.stringify({ code: "key_revoked", detail: "the key was revoked" }));
    const answer = await protocol(pathname.replace("/v1/runner/", ""), JSON.parse(body.toString()) as never);
    if (failure === "drop") return void response.destroy();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  function serveObject(
    request: IncomingMessage,
    response: ServerResponse,
    { key, body, failure, isStale }: { key: string; body: Buffer; failure: ReturnType<Fault>; isStale: boolean },
  ): void {
    if (failure === "expired" || isStale)
      return void response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    if (request.method === "PUT") {
      const isWrong = request.headers["x-amz-checksum-sha256"] !== createHash("sha256").update(body).digest("base64");
      if (isWrong) return void response.writeHead(400).end("<Error><Code>BadDigest</Code></Error>");
      objects.set(key, body);
      return failure === "drop" ? void response.destroy() : void response.writeHead(200).end();
    }
    const whole = objects.get(key);
    if (!whole) return void response.writeHead(404).end();
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = whole.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { "content-length": rest.length });
    if (failure !== "halve") return void response.end(rest);
    response.write(rest.subarray(0, Math.floor(rest.length / 2)), () => setTimeout(() => response.destroy(), 20));
  }

  async function protocol(path: string, body: never): Promise<unknown> {
    if (path === "register") {
      control.registrations += 1;
      return { runnerId: `rnr_${control.registrations}`, leaseSeconds: 30, heartbeatSeconds: 1 };
    }
    if (path === "claim") {
      const { max, waitMs } = body as { max: number; waitMs: number };
      for (let waited = 0; queue.length === 0 && waited < waitMs; waited += 10)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return { tasks: queue.splice(0, max) };
    }
    if (path === "inputs") {
      const { taskId } = body as { taskId: string };
      const task = lent.get(taskId);
      return {
        inputs:
          task?.inputs.map((file) => ({
            ...file,
            url: `${file.url.split("?")[0]}?g=${control.urlGeneration}`,
            expiresAt: later(),
          })) ?? [],
        hasMoreInputs: false,
      };
    }
    if (path === "heartbeat") {
      const beat: Heartbeat = body;
      heartbeats.push(beat);
      return { tasks: beat.tasks.map(({ taskId }) => ({ taskId, state: states.get(taskId) ?? "held" })) };
    }
    if (path === "uploads") {
      const { taskId, attempt, files } = body as {
        taskId: string;
        attempt: number;
        files: { name: string; sha256: string }[];
      };
      return {
        files: files.map(({ name, sha256 }) => ({
          name,
          url: `${url}/s3/out/${taskId}/${attempt}/${name}?g=${control.urlGeneration}`,
          headers: { "x-amz-checksum-sha256": Buffer.from(sha256, "hex").toString("base64") },
        })),
      };
    }
    if (path === "complete") {
      const { tasks } = body as CompleteTasks;
      for (const task of tasks) completed.set(task.taskId, task);
      return { tasks: tasks.map(({ taskId }) => ({ taskId, state: "accepted" })) };
    }
    const { tasks } = body as FailTasks;
    failed.push(...tasks);
    return { tasks: tasks.map(({ taskId }) => ({ taskId, state: "requeued" })) };
  }

  const lent = new Map<string, LentTask>();
  const later = (): string => new Date(Date.now() + 3_600_000).toISOString();

  return {
    url,
    completed,
    failed,
    heartbeats,
    states,
    objects,
    log,
    control,
    lend(taskId: string, { kind = "noop", params = { sleepMs: 0 }, inputs = {}, checkpoint }: FakeTask = {}): void {
      const files = Object.entries(inputs).map(([name, { bytes, sha256, sizeBytes }]) => {
        objects.set(`/s3/in/${taskId}/${name}`, bytes);
        const sum = createHash("sha256").update(bytes).digest("hex");
        return {
          name,
          key: name,
          sizeBytes: sizeBytes ?? bytes.length,
          sha256: sha256 === undefined ? sum : sha256,
          url: `${url}/s3/in/${taskId}/${name}?g=${control.urlGeneration}`,
          expiresAt: later(),
        };
      });
      if (checkpoint) objects.set(`/s3/in/${taskId}/checkpoint`, checkpoint);
      const left = checkpoint && {
        name: "checkpoint-1",
        key: "k",
        sizeBytes: checkpoint.length,
        sha256: createHash("sha256").update(checkpoint).digest("hex"),
        url: `${url}/s3/in/${taskId}/checkpoint?g=0`,
        expiresAt: later(),
      };
      const task: LentTask = {
        taskId,
        attempt: 1,
        lease: "l",
        runId: "run_1",
        kind,
        params,
        leaseExpiresAt: later(),
        inputs: files,
        hasMoreInputs: false,
        checkpoint: left ?? null,
      };
      lent.set(taskId, task);
      queue.push(task);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
