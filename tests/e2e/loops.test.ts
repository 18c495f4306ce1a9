import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CreateLoopInput, Loop } from "@whetstone/schemas/api";
import { sleep } from "@whetstone/schemas/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushFile } from "./push.ts";
import { seededRandom } from "./random.ts";
import { type RunnerProcess, startRunner } from "./runner-process.ts";
import { type Stack, startStack } from "./stack.ts";

const trainer = new URL("../../gpu-runners/trainer/", import.meta.url).pathname;
/** `LOOP_KILLS=20` is the long form. */
const kills = Number(process.env["LOOP_KILLS"] ?? 3);
const timeout = 300_000 + kills * 60_000;

let stack: Stack & AsyncDisposable;
let folder: string;
let policy: string;
let task: string;
const runners: RunnerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-loops-"));
  stack = await startStack();
  await promisify(execFile)(join(trainer, ".venv/bin/python"), ["-m", "tests.loops.make_loop", folder], {
    cwd: trainer,
  });
  policy = await pushFile(stack.api, join(folder, "policy.tar"));
  task = await pushFile(stack.api, join(folder, "task.parquet"));
}, 400_000);

afterAll(async () => {
  await Promise.all(runners.map((runner) => runner.kill()));
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const request = (changes: Partial<CreateLoopInput> = {}): CreateLoopInput => ({
  name: "loop",
  method: "b-star",
  policy: { kind: "tabular", source: { from: "upload", uploadId: policy } },
  task: { kind: "questions", uploadId: task },
  iterations: 2,
  seed: 1,
  maxAttempts: 100,
  measure: { count: 4 },
  gate: { alpha: 0.5, maxSliceFall: 1 },
  parameters: {
    tuningQueries: 20,
    queries: 40,
    samplesWanted: 80,
    draws: 8,
    temperatureStep: 0.35,
    steps: 40,
    batchSize: 32,
    learningRate: 0.5,
    minLearningRate: 0.1,
    reward: "verdict",
  },
  ...changes,
});

function spawnRunner(): RunnerProcess {
  const env = { WHETSTONE_THREADS: "1" };
  const runner = startRunner("trainer", { url: stack.url, token: stack.secrets.runnerKey, env });
  runners.push(runner);
  return runner;
}

test(`a loop killed ${kills} times ends with the weights of one that was left alone`, { timeout }, async () => {
  let runner = spawnRunner();
  const left = await settle(await stack.api.loops.create(request()));
  expect(left).toMatchObject({ status: "succeeded", iteration: { done: 2, total: 2 } });
  const turns = (await stack.api.loops.iterations(left.id, { order: "asc" })).data;
  expect(turns.map(({ number, monitors }) => [number, monitors?.verified.count])).toEqual(
    [0, 1, 2].map((n) => [n, 40]),
  );
  expect(turns[0]?.weights["policy"]).toMatch(/^[0-9a-f]{64}$/);
  expect(left.promoted).toBeGreaterThan(0);
  const record = await stack.api.loops.samples(left.id, 1, { limit: 100 });
  expect(new Set(record.data.map(({ verdict }) => verdict)).has("kept")).toBe(true);
  const { files } = await stack.api.loops.files(left.id, left.promoted);
  expect((await fetch(files[0]?.url ?? "")).status).toBe(200);
  const blocks = await stack.api.streams.blocks(left.streamId ?? "", { order: "asc" });
  expect(blocks.data.map(({ blockType }) => blockType)).toEqual(["test", "train", "test", "train", "test"]);

  const random = seededRandom(20261125);
  const killed = await stack.api.loops.create(request());
  let count = 0;
  for (; count < kills; count += 1) {
    await sleep(500 + random() * 4000);
    await runner.kill();
    if (count === 1) for (const pid of await stack.pidsOf("wrangler")) process.kill(-pid, "SIGKILL");
    runner = spawnRunner();
  }
  const ended = await settle(killed);

  expect(ended.weights).toEqual(left.weights);
  expect(ended.promoted).toBe(left.promoted);
});

test("a loop pauses between steps, goes on, is cancelled, and rolls back", { timeout }, async () => {
  const loop = await stack.api.loops.create(request({ iterations: 20 }));
  await until(loop, ({ iteration }) => iteration.done >= 1);
  await stack.api.loops.pause(loop.id);
  const paused = await until(loop, ({ status }) => status === "paused");
  await until(loop, async () => (await stack.api.runs.get(loop.runId)).tasks.leased === 0);
  await expect(stack.api.loops.fork(loop.id, { iteration: 0, iterations: 1 })).resolves.toMatchObject({
    forkOf: { loopId: loop.id, iteration: 0 },
  });

  expect(paused.promoted).toBeGreaterThan(0);
  const back = await stack.api.loops.rollback(loop.id);
  expect(back.promoted).toBeLessThan(paused.promoted);
  await stack.api.loops.resume(loop.id);
  const cancelled = await stack.api.loops.cancel(loop.id);

  expect(["cancelling", "cancelled"]).toContain(cancelled.status);
});

test("a loop ends before the step that would cross its budget, and says so", { timeout }, async () => {
  const loop = await settle(await stack.api.loops.create(request({ budget: { samples: 300 } })));

  expect(loop.status).toBe("stopped");
  expect(loop.reason).toContain("the budget of 300 samples");
  expect(loop.budget.spent.samples).toBeLessThanOrEqual(300);
  expect(loop.promoted).toBe(0);
});

test("a judge with the policy's weights is refused as the loop is made, and impossible parameters by name", async () => {
  const own = { from: "upload", uploadId: policy } as const;

  await expect(stack.api.loops.create(request({ judge: own }))).rejects.toThrow("same weights as the policy");
  await expect(stack.api.loops.create(request({ parameters: { draws: 0 } }))).rejects.toThrow("draws must be");
});

async function until(loop: Loop, isThere: (now: Loop) => boolean | Promise<boolean>): Promise<Loop> {
  const deadline = Date.now() + timeout - 20_000;
  for (;;) {
    const now = await stack.api.loops.get(loop.id);
    if (await isThere(now)) return now;
    if (Date.now() > deadline || now.status === "failed")
      throw new Error(`${loop.id} is ${now.status} (${now.reason}) at iteration ${now.iteration.done}`);
    await sleep(300);
  }
}

const settle = (loop: Loop) => until(loop, ({ finishedAt }) => finishedAt !== null);
