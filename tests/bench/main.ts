// npm run bench: speed of the parts on this machine, printed; nothing is asserted.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startRunner } from "../e2e/runner-process.ts";
import { startStack } from "../e2e/stack.ts";
import { benchApi } from "./api-latency.ts";
import { benchNoop } from "./noop.ts";

const root = new URL("../../", import.meta.url).pathname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

{
  await using stack = await startStack();
  const { url: baseUrl, secrets } = stack;
  const noop = await benchNoop({ baseUrl, key: secrets.workspaceKey, runnerKey: secrets.runnerKey });
  say(
    `no-op tasks      ${noop.tasks} by ${noop.runners} runners in ${noop.seconds.toFixed(1)} s (goal < 60 s), ${noop.tasksPerSecond.toFixed(0)}/s`,
  );
  // Only now: a vision runner would take no-op tasks too.
  const settings = { url: baseUrl, token: secrets.runnerKey, env: { WHETSTONE_CACHE_DIR: stack.dataPath } };
  const runners = [startRunner("vision", settings), startRunner("refiner", settings)];
  const api = await benchApi(stack);
  await Promise.all(runners.map((runner) => runner.stop()));
  say(
    `API              p50 ${api.p50Ms.toFixed(0)} ms, p95 ${api.p95Ms.toFixed(0)} ms at ${api.requestsPerSecond} requests/s during a refine run (goal p95 < 100 ms)`,
  );
  say(
    `orchestration    ${(api.orchestrationShare * 100).toFixed(1)} % of that run's ${api.runSeconds.toFixed(1)} s had no task in hand (goal < 5 %)`,
  );
}
say("dashboard on a version of a million rows:");
await run(process.execPath, ["tests/bench/dashboard.ts"], ".");
say("refiner:");
await run(process.execPath, ["src/bench.ts"], "gpu-runners/refiner");
say("training step, HQ against plain (goal <= 1.3):");
await run(".venv/bin/python", ["-m", "trainer.bench"], "gpu-runners/trainer");
await run(".venv/bin/python", ["-m", "trainer.bench_package"], "gpu-runners/trainer");
say(
  "lifelong metrics against l2metrics (goals: >= 30x as a command, >= 50x warm, 10 million experiences in 60 s and 2 GiB):",
);
await run(process.execPath, ["tests/bench/lifelong.ts"], ".");
say("scoring, 50,000 images x 1,000 texts:");
await run(process.execPath, ["--expose-gc", "tests/bench/scoring.ts"], ".");
say("evaluation beside CLIP_benchmark's:");
await run(process.execPath, ["tests/bench/parity.ts", "2000"], ".");
say("experiences over HTTP beside MLflow:");
await run(process.execPath, ["tests/bench/experiences.ts"], ".");
say("ingest memory (goal: the same for both sizes):");
await run(process.execPath, ["tests/bench/ingest-memory.ts", ...process.argv.slice(2)], ".");

async function run(command: string, args: string[], folder: string): Promise<void> {
  const child = spawn(command, args, {
    cwd: `${root}/${folder}`,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) say(`  failed: ${command} ${args.join(" ")} ended with ${code}`);
}
