import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { defineTask } from "./define-task.ts";
import { copy, makeApi, makeRunner, ok, until } from "./make-runner.ts";

describe("what a runner moves", { timeout: 60_000 }, () => {
  it("gives outputs the size and checksum of what was stored", async () => {
    const api = await makeApi();
    api.lend("task_1", { inputs: { "in.bin": { bytes: Buffer.from("some bytes") } } });

    await makeRunner(api, copy);
    await until(() => api.completed.has("task_1"));

    expect(api.objects.get("/s3/out/task_1/1/out.bin")?.toString()).toBe("some bytes");
    const sha256 = createHash("sha256").update("some bytes").digest("hex");
    expect(api.completed.get("task_1")?.outputs).toEqual([{ name: "out.bin", sizeBytes: 10, sha256 }]);
  });

  it("goes on where a broken download stopped", async () => {
    const ranges: (string | undefined)[] = [];
    const api = await makeApi({
      fault: ({ path, count, range }) => {
        if (path.startsWith("/s3/in")) {
          ranges.push(range);
          if (count === 1) return "halve";
        }
        return undefined;
      },
    });
    api.lend("task_1", { inputs: { "in.bin": { bytes: Buffer.alloc(400_000, 7) } } });

    await makeRunner(api, copy);
    await until(() => api.completed.has("task_1"));

    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    expect(api.objects.get("/s3/out/task_1/1/out.bin")?.equals(Buffer.alloc(400_000, 7))).toBe(true);
  });

  it("asks for fresh addresses when presigned ones have expired", async () => {
    const api = await makeApi({
      fault: ({ path, count }) => (path.startsWith("/s3/out") && count === 1 ? "expired" : undefined),
    });
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
    const faults = [undefined, undefined, undefined, "drop", undefined, undefined, "refuse"] as const;
    const api = await makeApi({
      fault: ({ count, path }) => (path.endsWith("register") ? undefined : faults[count % faults.length]),
    });
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
    const task = defineTask({
      kind: "noop",
      run: async () => {
        isDown = true;
        setTimeout(() => (isDown = false), 2_500);
        return ok;
      },
    });
    api.lend("task_1");

    await makeRunner(api, task);
    await until(() => api.completed.has("task_1"));

    expect(api.failed).toEqual([]);
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
    expect(api.heartbeats.flatMap(({ tasks }) => tasks.map((one) => one.checkpoint)).find(Boolean)).toMatchObject({
      name: "checkpoint-1",
      sizeBytes: 6,
      progress: { done: 5 },
    });
    expect(api.completed.get("task_1")?.outputs).toEqual([]);
  });
});
