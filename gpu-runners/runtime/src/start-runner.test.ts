import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type AnyTask, defineTask } from "./define-task.ts";
import { TaskError } from "./errors.ts";
import { startFakeApi } from "./fake-api.ts";
import { type Runner, type RunnerOptions, startRunner } from "./start-runner.ts";

type FakeApi = Awaited<ReturnType<typeof startFakeApi>>;
const open: (Runner | FakeApi)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await ("drain" in one ? one.drain() : one.close());
});

async function makeApi(...options: Parameters<typeof startFakeApi>): Promise<FakeApi> {
  const api = await startFakeApi(...options);
  open.push(api);
  return api;
}
async function makeRunner(api: FakeApi, task: AnyTask, options: Partial<RunnerOptions> = {}): Promise<Runner> {
  const runner = await startRunner({
    url: api.url, token: "t", name: "test", labels: ["cpu"], tasks: [task], concurrency: 1, prefetch: 1, claimWaitMs: 200, drainMs: 200, log: () => {}, ...options,
  });
  open.push(runner);
  return runner;
}
const until = (check: () => boolean) => vi.waitFor(() => expect(check()).toBe(true), { timeout: 8_000, interval: 10 });
const ok = { counts: {} };
const noop = defineTask({ kind: "noop", run: async () => ok });

/** Copies its one input to its one output. */
const copy = defineTask({
  kind: "noop",
  async run({ inputs, write }) {
    await write("out.bin", await inputs.path("in.bin"));
    return ok;
  },
});

describe("a runner", { timeout: 20_000 }, () => {
  it("does every task once and reports many in few requests", async () => {
    const api = await makeApi();
    for (let n = 0; n < 100; n += 1) api.lend(`task_${n}`);

    await makeRunner(api, noop, { concurrency: 8, prefetch: 8 });
    await until(() => api.completed.size === 100);

    expect(api.log.filter((line) => line.endsWith("complete")).length).toBeLessThan(40);
    expect(api.log.filter((line) => line.endsWith("claim")).length).toBeLessThan(40);
  });

  it("gives outputs the size and checksum of what was stored", async () => {
    const api = await makeApi();
    api.lend("task_1", { inputs: { "in.bin": { bytes: Buffer.from("some bytes") } } });

    await makeRunner(api, copy);
    await until(() => api.completed.has("task_1"));

    expect(api.objects.get("/s3/out/task_1/1/out.bin")?.toString()).toBe("some bytes");
    const sha256 = createHash("sha256").update("some bytes").digest("hex");
    expect(api.completed.get("task_1")?.outputs).toEqual([{ name: "out.bin", sizeBytes: 10, sha256 }]);
  });

  it("downloads the next task's inputs while it computes", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    const slow = defineTask({ kind: "noop", run: async ({ inputs }) => { await inputs.path("in.bin"); await gate.promise; return ok; } });
    for (const id of ["task_1", "task_2"]) api.lend(id, { inputs: { "in.bin": { bytes: Buffer.from(id) } } });

    await makeRunner(api, slow);
    await until(() => api.log.includes("GET /s3/in/task_2/in.bin"));

    expect(api.completed.size).toBe(0);
    gate.resolve();
    await until(() => api.completed.size === 2);
  });

  it("claims no more than it can run and prefetch", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    for (let n = 0; n < 9; n += 1) api.lend(`task_${n}`);

    await makeRunner(api, defineTask({ kind: "noop", run: async () => { await gate.promise; return ok; } }), { concurrency: 2, prefetch: 1 });
    await until(() => api.heartbeats.length > 0);

    expect(api.heartbeats[0]?.tasks.length).toBe(3);
    gate.resolve();
    await until(() => api.completed.size === 9);
  });

  it("beats for all its leases in one request, with their progress", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    for (const id of ["task_1", "task_2"]) api.lend(id);

    await makeRunner(api, defineTask({ kind: "noop", run: async ({ progress }) => { progress(3, 9, "samples"); await gate.promise; return ok; } }), { concurrency: 2 });
    await until(() => api.heartbeats.length > 0);
    gate.resolve();

    expect(api.heartbeats[0]?.tasks.map(({ taskId, progress }) => [taskId, progress?.done])).toEqual([["task_1", 3], ["task_2", 3]]);
  });

  it("goes on where a broken download stopped", async () => {
    const ranges: (string | undefined)[] = [];
    const api = await makeApi({ fault: ({ path, count, range }) => { if (path.startsWith("/s3/in")) { ranges.push(range); if (count === 1) return "halve"; } return undefined; } });
    api.lend("task_1", { inputs: { "in.bin": { bytes: Buffer.alloc(400_000, 7) } } });

    await makeRunner(api, copy);
    await until(() => api.completed.has("task_1"));

    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    expect(api.objects.get("/s3/out/task_1/1/out.bin")?.equals(Buffer.alloc(400_000, 7))).toBe(true);
  });

  it("asks for fresh addresses when presigned ones have expired", async () => {
    const api = await makeApi({ fault: ({ path, count }) => (path.startsWith("/s3/out") && count === 1 ? "expired" : undefined) });
    api.lend("task_1", { inputs: { "in.bin": { bytes: Buffer.from("x") } } });
    api.control.urlGeneration = 1;

    await makeRunner(api, copy);
    await until(() => api.completed.has("task_1"));

    expect(api.log.filter((line) => line.endsWith("/uploads")).length).toBe(2);
    expect(api.log.filter((line) => line.endsWith("/inputs")).length).toBe(1);
  });

  it.each([
    ["other bytes", { bytes: Buffer.from("x"), sha256: "0".repeat(64) }],
    ["more bytes", { bytes: Buffer.from("xyz"), sizeBytes: 2 }],
  ])("fails for good with checksum_mismatch when an input has %s than recorded", async (_, input) => {
    const api = await makeApi();
    api.lend("task_1", { inputs: { "in.bin": input } });

    await makeRunner(api, copy);
    await until(() => api.failed.length === 1);

    expect(api.failed[0]).toMatchObject({ code: "checksum_mismatch", fate: "final" });
  });

  it("survives an API that drops and refuses answers, and tells each outcome", async () => {
    const api = await makeApi({ fault: ({ count, path }) => (path.endsWith("register") || count % 3 ? undefined : count % 2 ? "drop" : "refuse") });
    for (let n = 0; n < 12; n += 1) api.lend(`task_${n}`, { inputs: { "in.bin": { bytes: Buffer.from(`${n}`) } } });

    // A claim whose answer is lost is lost with it: on the real API its leases run out.
    await makeRunner(api, copy, { concurrency: 2, prefetch: 2 });
    await until(() => api.completed.size >= 8);

    for (const [id] of api.completed) expect(api.objects.get(`/s3/out/${id}/1/out.bin`)?.toString()).toBe(id.slice(5));
    expect(api.failed).toEqual([]);
  });

  it("keeps finished work and its lease while the API is away", async () => {
    let isDown = false;
    const api = await makeApi({ fault: () => (isDown ? "refuse" : undefined) });
    const task = defineTask({ kind: "noop", run: async () => { isDown = true; setTimeout(() => (isDown = false), 2_500); return ok; } });
    api.lend("task_1");

    await makeRunner(api, task);
    await until(() => api.completed.has("task_1"));

    expect(api.failed).toEqual([]);
  });

  it.each(["cancelled", "lost"] as const)("stops a %s task and drops its output", async (state) => {
    const api = await makeApi();
    const stopped = Promise.withResolvers<void>();
    const task = defineTask({
      kind: "noop",
      async run({ signal, write }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await write("late.txt", Buffer.from("late")).catch(() => stopped.resolve());
        return ok;
      },
    });
    api.lend("task_1");
    api.states.set("task_1", state);

    await makeRunner(api, task);
    await stopped.promise;
    await delay(100);

    expect([api.completed.size, api.failed.length, api.objects.size]).toEqual([0, 0, 0]);
  });

  it("tells expected failures by their code and all else as internal", async () => {
    const api = await makeApi();
    const task = defineTask({
      kind: "noop",
      run: async ({ params }) => { throw params.sleepMs ? new TaskError("archive_empty", "the archive is empty", { fate: "final" }) : new TypeError("x is not a function"); },
    });
    api.lend("task_1", { params: { sleepMs: 0 } });
    api.lend("task_2", { params: { sleepMs: 1 } });
    api.lend("task_3", { params: { sleepMs: "soon" } });

    await makeRunner(api, task);
    await until(() => api.failed.length === 3);

    expect(api.failed.map(({ taskId, code, fate }) => [taskId, code, fate]).sort()).toEqual([
      ["task_1", "internal", "retry"],
      ["task_2", "archive_empty", "final"],
      ["task_3", "params_invalid", "final"],
    ]);
  });

  it("leaves a checkpoint with its next heartbeat and hands it to the next attempt", async () => {
    const api = await makeApi();
    const seen: string[] = [];
    const task = defineTask({
      kind: "noop",
      async run({ workDir, checkpoint, resumed, progress }) {
        seen.push(resumed ? readFileSync(resumed, "utf8") : "fresh");
        progress(5, 10, "steps");
        const path = join(workDir, "state");
        writeFileSync(path, "step 5");
        await checkpoint(path);
        await delay(100);
        return ok;
      },
    });
    api.lend("task_1");
    api.lend("task_2", { checkpoint: Buffer.from("step 4") });

    await makeRunner(api, task);
    await until(() => api.completed.size === 2);

    expect(seen).toEqual(["fresh", "step 4"]);
    expect(api.heartbeats.flatMap(({ tasks }) => tasks.map((one) => one.checkpoint)).find(Boolean)).toMatchObject({ name: "checkpoint-1", sizeBytes: 6, progress: { done: 5 } });
    expect(api.completed.get("task_1")?.outputs).toEqual([]);
  });

  it("finishes what it runs and gives back what waits when drained", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    let folder = "";
    const task = defineTask({ kind: "noop", run: async ({ workDir }) => { folder = workDir; await gate.promise; return ok; } });
    for (const id of ["task_1", "task_2", "task_3"]) api.lend(id);
    const runner = await makeRunner(api, task, { drainMs: 5_000 });
    await until(() => folder !== "");

    const drained = runner.drain();
    await until(() => api.failed.length === 1);
    gate.resolve();
    await drained;

    expect(api.failed).toMatchObject([{ taskId: "task_2", fate: "release" }]);
    expect([...api.completed.keys()]).toEqual(["task_1"]);
    expect(existsSync(folder)).toBe(false);
  });

  it("gives back a task that does not end in time when drained", async () => {
    const api = await makeApi();
    let isRunning = false;
    api.lend("task_1");
    const runner = await makeRunner(api, defineTask({ kind: "noop", run: () => { isRunning = true; return new Promise(() => {}); } }), { drainMs: 50 });
    await until(() => isRunning);

    await runner.drain();

    expect(api.failed).toMatchObject([{ taskId: "task_1", fate: "release" }]);
  });

  it("ends when its token is refused", async () => {
    const api = await makeApi();
    const runner = await makeRunner(api, noop);
    api.control.tokenStatus = 401;

    await expect(runner.ended).rejects.toThrow(/revoked/);
  });

  it("registers again when the API has forgotten it", async () => {
    const api = await makeApi();
    const runner = await makeRunner(api, noop);
    api.control.tokenStatus = 404;
    setTimeout(() => (api.control.tokenStatus = 200), 400);

    await until(() => api.control.registrations === 2);
    api.lend("task_1");
    await until(() => api.completed.has("task_1"));

    expect(runner.runnerId()).toBe("rnr_2");
  });

  it("offers only the kinds whose labels it carries", async () => {
    const api = await makeApi();
    api.lend("task_1");

    await makeRunner(api, { ...noop, needs: ["gpu"] });
    await until(() => api.failed.length === 1);

    expect(api.failed[0]).toMatchObject({ code: "kind_unknown", fate: "retry" });
  });
});
