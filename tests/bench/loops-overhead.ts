// node tests/bench/loops-overhead.ts: what the engine costs a loop, on a stack of its own
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pushFile } from "../e2e/push.ts";
import { startRunner } from "../e2e/runner-process.ts";
import { startStack } from "../e2e/stack.ts";

const trainer = new URL("../../gpu-runners/trainer/", import.meta.url).pathname;
const draws = Number(process.argv[2] ?? 500);

/** Wall time of a loop on the table policy beside the seconds in which Python sampled and learned. */
async function benchOverhead(): Promise<{ wallSeconds: number; workSeconds: number; share: number; steps: number }> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-overhead-"));
  await using stack = await startStack();
  const runner = startRunner("trainer", { url: stack.url, token: stack.secrets.runnerKey });
  try {
    const python = join(trainer, ".venv/bin/python");
    await promisify(execFile)(python, ["-m", "tests.loops.make_loop", folder], { cwd: trainer });
    const policy = await pushFile(stack.api, join(folder, "policy.tar"));
    const task = await pushFile(stack.api, join(folder, "task.parquet"));
    const loop = await stack.api.loops.create({
      name: "overhead",
      method: "b-star",
      policy: { kind: "tabular", source: { from: "upload", uploadId: policy } },
      task: { kind: "questions", uploadId: task },
      iterations: 3,
      measure: { count: 16 },
      gate: { alpha: 1, maxSliceFall: 1 },
      parameters: {
        mode: "online-rft",
        queries: 40,
        samplesWanted: 80,
        draws,
        steps: 3000,
        learningRate: 0.1,
        reward: "verdict",
      },
    });
    for await (const event of stack.api.runs.events(loop.runId))
      if (event.type === "run.failed") throw new Error(JSON.stringify(event.data));
    const { data } = await stack.api.loops.iterations(loop.id, { order: "asc" });
    const steps = data.flatMap((turn) => turn.steps.map((step) => ({ ...step, iteration: turn.number })));
    // Iteration 0 waits for Python to start, which a warm runner does not.
    const [first] = data;
    const began = Date.parse(first?.finishedAt ?? "");
    const ended = Date.parse(data.at(-1)?.finishedAt ?? "");
    const worked = steps
      .filter(({ iteration }) => iteration > 0)
      .map(({ summary }) => Number(summary["workSeconds"] ?? 0));
    const workSeconds = worked.reduce((sum, seconds) => sum + seconds, 0);
    const wallSeconds = (ended - began) / 1000;
    return { wallSeconds, workSeconds, share: 1 - workSeconds / wallSeconds, steps: worked.length };
  } finally {
    await runner.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const { wallSeconds, workSeconds, share, steps } = await benchOverhead();
console.log(
  `${steps} steps in ${wallSeconds.toFixed(1)} s, ${workSeconds.toFixed(1)} s of them sampling and learning: overhead ${(100 * share).toFixed(1)} %, ${((wallSeconds - workSeconds) / steps).toFixed(2)} s a step`,
);
