import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { defineTask } from "./define-task.ts";
import { TaskError } from "./errors.ts";
import { makeApi, makeRunner, noop, ok, until } from "./make-runner.ts";

describe("a runner", { timeout: 60_000 }, () => {
  it("does every task once and reports many in few requests", async () => {
    const api = await makeApi();
    for (let n = 0; n < 100; n += 1) api.lend(`task_${n}`);

    await makeRunner(api, noop, { concurrency: 8, prefetch: 8 });
    await until(() => api.completed.size === 100);

    expect(api.log.filter((line) => line.endsWith("complete")).length).toBeLessThan(40);
    expect(api.log.filter((line) => line.endsWith("claim")).length).toBeLessThan(40);
  });

  it("downloads the next task's inputs while it computes", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    const slow = defineTask({
      kind: "noop",
      run: async ({ inputs }) => {
        await inputs.path("in.bin");
        await gate.promise;
        return ok;
      },
    });
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

    await makeRunner(
      api,
      defineTask({
        kind: "noop",
        run: async () => {
          await gate.promise;
          return ok;
        },
      }),
      { concurrency: 2, prefetch: 1 },
    );
    await until(() => api.heartbeats.length > 0);

    expect(api.heartbeats[0]?.tasks.length).toBe(3);
    gate.resolve();
    await until(() => api.completed.size === 9);
  });

  it("beats for all its leases in one request, with their progress", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    for (const id of ["task_1", "task_2"]) api.lend(id);

    await makeRunner(
      api,
      defineTask({
        kind: "noop",
        run: async ({ progress }) => {
          progress(3, 9, "samples");
          await gate.promise;
          return ok;
        },
      }),
      { concurrency: 2 },
    );
    await until(() => api.heartbeats.length > 0);
    gate.resolve();

    expect(api.heartbeats[0]?.tasks.map(({ taskId, progress }) => [taskId, progress?.done])).toEqual([
      ["task_1", 3],
      ["task_2", 3],
    ]);
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
      run: async ({ params }) => {
        throw params.sleepMs
          ? new TaskError("archive_empty", "the archive is empty", { fate: "final" })
          : new TypeError("x is not a function");
      },
    });
    api.lend("task_1", { params: { sleepMs: 0 } });
    api.lend("task_2", { params: { sleepMs: 1 } });
    api.lend("task_3", { params: { sleepMs: "soon" } });

    await makeRunner(api, task);
    await until(() => api.failed.length === 3);

    expect(
      api.failed
        .map(({ taskId, code, fate }) => [taskId, code, fate])
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual([
      ["task_1", "internal", "retry"],
      ["task_2", "archive_empty", "final"],
      ["task_3", "params_invalid", "final"],
    ]);
  });

  it("finishes what it runs and gives back what waits when drained", async () => {
    const api = await makeApi();
    const gate = Promise.withResolvers<void>();
    let folder = "";
    const task = defineTask({
      kind: "noop",
      run: async ({ workDir }) => {
        folder = workDir;
        await gate.promise;
        return ok;
      },
    });
    for (const id of ["task_1", "task_2", "task_3"]) api.lend(id);
    const runner = await makeRunner(api, task, { drainMs: 5_000 });
    await until(() => folder !== "");

    const drained = runner.drain();
    await until(() => api.failed.length === 1);
    gate.resolve();
    await drained;

    // Of two claimed together, either may be first to work.
    expect(api.failed).toMatchObject([{ fate: "release" }]);
    expect([api.failed.length, api.completed.size]).toEqual([1, 1]);
    expect(new Set([...api.completed.keys(), api.failed[0]?.taskId])).toEqual(new Set(["task_1", "task_2"]));
    expect(existsSync(folder)).toBe(false);
  });

  it("gives back a task that does not end in time when drained", async () => {
    const api = await makeApi();
    let isRunning = false;
    api.lend("task_1");
    const runner = await makeRunner(
      api,
      defineTask({
        kind: "noop",
        run: () => {
          isRunning = true;
          return new Promise(() => {});
        },
      }),
      { drainMs: 50 },
    );
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
