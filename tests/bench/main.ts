// npm run bench [-- part ...]: speed of the parts on this machine, printed; nothing is asserted. Parts are those of `parts` and "stack"; all by default.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startRunner } from "../e2e/runner-process.ts";
import { startStack } from "../e2e/stack.ts";
import { benchApi } from "./api-latency.ts";
import { benchNoop } from "./noop.ts";

const root = new URL("../../", import.meta.url).pathname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const verdict = (isMet: boolean): string => (isMet ? "met" : "MISSED");

type Part = { says: string; command: string; args: string[]; folder?: string };
const python = ".venv/bin/python";
const trainer = "gpu-runners/trainer";
const node = process.execPath;
const parts: Record<string, Part> = {
  dashboard: {
    says: "dashboard on a version of a million rows:",
    command: node,
    args: ["tests/bench/dashboard.ts"],
  },
  refiner: { says: "refiner:", command: node, args: ["src/bench.ts"], folder: "gpu-runners/refiner" },
  step: {
    says: "training step, HQ against plain (goal <= 1.3):",
    command: python,
    args: ["-m", "trainer.bench"],
    folder: trainer,
  },
  package: {
    says: "export and load of a ViT-B/32 package (goal < 10 s each):",
    command: python,
    args: ["-m", "trainer.bench_package"],
    folder: trainer,
  },
  embed: { says: "photographs to embeddings, beside open_clip's:", command: node, args: ["tests/bench/embed.ts"] },
  int8: {
    says: "zero-shot accuracy of an int8 twin beside fp32's (goal: within 0.5 points):",
    command: node,
    args: ["tests/bench/int8.ts"],
  },
  lifelong: {
    says: "lifelong metrics against l2metrics (goals: >= 30x as a command, >= 50x warm, 10 million experiences in 60 s and 2 GiB):",
    command: node,
    args: ["tests/bench/lifelong.ts"],
  },
  loops: {
    says: "B-STaR's search over 600 queries x 64 texts x 14 temperatures x 21 thresholds (goal < 2 s):",
    command: node,
    args: ["tests/bench/balance-search.ts"],
  },
  sampling: {
    says: "drawing from a language model beside transformers' generate, and a GRPO step beside TRL's:",
    command: python,
    args: ["-m", "trainer.bench_loops"],
    folder: trainer,
  },
  scoring: {
    says: "scoring, 50,000 images x 1,000 texts:",
    command: node,
    args: ["--expose-gc", "tests/bench/scoring.ts"],
  },
  parity: {
    says: "evaluation beside CLIP_benchmark's:",
    command: node,
    args: ["tests/bench/parity.ts", "2000"],
  },
  experiences: { says: "experiences over HTTP beside MLflow:", command: node, args: ["tests/bench/experiences.ts"] },
  ingest: {
    says: "ingest memory (goal: the same for both sizes):",
    command: node,
    args: ["tests/bench/ingest-memory.ts"],
  },
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => name !== "stack" && !(name in parts));
if (unknown.length > 0)
  throw new Error(`no part is called ${unknown.join(", ")}: ${["stack", ...Object.keys(parts)].join(", ")}`);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

if (isWanted("stack")) await benchStack();
for (const [name, { says, command, args, folder = "." }] of Object.entries(parts)) {
  if (!isWanted(name)) continue;
  say(says);
  await run(command, args, folder);
}

async function benchStack(): Promise<void> {
  await using stack = await startStack();
  const { url: baseUrl, secrets } = stack;
  const noop = await benchNoop({ baseUrl, key: secrets.workspaceKey, runnerKey: secrets.runnerKey });
  say(
    `no-op tasks      ${noop.tasks} by ${noop.runners} runners in ${noop.seconds.toFixed(1)} s (goal < 60 s: ${verdict(noop.seconds < 60)}), ${noop.tasksPerSecond.toFixed(0)}/s`,
  );
  // Only now: a vision runner would take no-op tasks too.
  const settings = { url: baseUrl, token: secrets.runnerKey, env: { WHETSTONE_CACHE_DIR: stack.dataPath } };
  const runners = [startRunner("vision", settings), startRunner("refiner", settings)];
  const api = await benchApi(stack);
  await Promise.all(runners.map((runner) => runner.stop()));
  say(
    `API              p50 ${api.p50Ms.toFixed(0)} ms, p95 ${api.p95Ms.toFixed(0)} ms at ${api.requestsPerSecond} requests/s during a refine run (goal p95 < 100 ms: ${verdict(api.p95Ms < 100)})`,
  );
  say(
    `orchestration    ${(api.orchestrationShare * 100).toFixed(1)} % of that run's ${api.runSeconds.toFixed(1)} s had no task in hand (goal < 5 %: ${verdict(api.orchestrationShare < 0.05)})`,
  );
}

async function run(command: string, args: string[], folder: string): Promise<void> {
  const child = spawn(command, args, {
    cwd: `${root}/${folder}`,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) say(`  failed: ${command} ${args.join(" ")} ended with ${code}`);
}
