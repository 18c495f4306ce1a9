/**
 * Speed of the lifelong metrics against l2metrics 3.1.0 on the same log, in turn, and how time and memory grow with a log.
 *
 *   node tests/bench/lifelong.ts [rows of the largest log, 10000000]
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeMetrics } from "@whetstone/core/lifelong";
import { LifelongOptions } from "@whetstone/schemas/api";
import { readLog } from "../../apps/cli/src/lifelong/read-log.ts";
import { runReference, setUpReference } from "../lifelong/reference.ts";
import { writeBenchLog } from "../lifelong/write-bench-log.ts";

const cli = join(import.meta.dirname, "../../apps/cli/bin/whetstone.mjs");
const pairs = 2;
/** Until V8 has compiled what is hot. */
const warmUps = 15;
const largest = Number(process.argv[2] ?? 10_000_000);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), "bench-lifelong-"));
try {
  await benchReference(join(folder, "100k"));
  await benchGrowth();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** 100,000 rows, 10 tasks, 200 blocks. */
async function benchReference(log: string): Promise<void> {
  const reference = setUpReference();
  await writeBenchLog(log, { tasks: 10, blocks: 200, rows: 100_000 });
  if ("reason" in reference) return say(`  no reference program here: ${reference.reason}`);
  const { python } = reference;
  const out = join(folder, "results");
  const env = { ...process.env, L2DATA: join(folder, "l2data"), MPLBACKEND: "agg" };
  const theirs: number[] = [];
  const ours: number[] = [];
  const corrected: number[] = [];
  // The first run fills the cache of compiled code, as the reference's .pyc files are filled by its set-up.
  time(process.execPath, [cli, "lifelong", "compute", log, "--out", out]);
  for (let i = 0; i < pairs; i++) {
    theirs.push(time(python, ["-m", "l2metrics", "--no-plot", "-l", log, "-O", out], env));
    ours.push(time(process.execPath, [cli, "lifelong", "compute", log, "--compat", "l2metrics", "--out", out]));
    corrected.push(time(process.execPath, [cli, "lifelong", "compute", log, "--out", out]));
  }
  tell("as a command", theirs, [ours, corrected]);

  const warmTheirs: number[] = [];
  const warmOurs: number[] = [];
  const warmCorrected: number[] = [];
  const { table } = await readLog(log, { measure: "reward" });
  const modes = ["l2metrics", "corrected"] as const;
  const options = modes.map((mode) => LifelongOptions.parse({ mode }));
  for (let i = 0; i < warmUps; i++) for (const each of options) computeMetrics({ table }, each);
  for (let i = 0; i < pairs; i++) {
    // Two reports in one process; the second one is warm.
    const cases = ["a", "b"].map((name) => ({ name: `${name}${i}`, log_dir: log, experts: [], settings: {} }));
    const [, second] = runReference(python, folder, cases);
    if (!second || "error" in second) throw new Error(`the reference program failed: ${second?.error}`);
    warmTheirs.push(second.seconds);
    for (let k = 0; k < 5; k++)
      for (const [m, times] of [warmOurs, warmCorrected].entries()) {
        const started = performance.now();
        computeMetrics({ table }, options[m] ?? LifelongOptions.parse({}));
        times.push((performance.now() - started) / 1000);
      }
  }
  tell("calculate(), warm", warmTheirs, [warmOurs, warmCorrected]);
}

function tell(what: string, theirs: number[], [ours = [], corrected = []]: number[][]): void {
  const [a, b, c] = [median(theirs), median(ours), median(corrected)];
  say(
    `  ${what.padEnd(18)} l2metrics ${a.toFixed(2)} s; compat ${b.toFixed(3)} s (${(a / b).toFixed(0)}x faster); corrected ${c.toFixed(3)} s (${(a / c).toFixed(0)}x faster)`,
  );
}

/** Time and peak memory of the command on ever longer logs. */
async function benchGrowth(): Promise<void> {
  for (const rows of [largest / 10, largest]) {
    const log = join(folder, String(rows));
    await writeBenchLog(log, { tasks: 10, blocks: 200, rows });
    const started = performance.now();
    const child = spawn(process.execPath, [cli, "lifelong", "compute", log, "--out", join(folder, "results")], {
      stdio: "ignore",
    });
    let peakMb = 0;
    const watch = setInterval(async () => {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    }, 100);
    const [code] = (await once(child, "exit")) as [number];
    clearInterval(watch);
    const seconds = (performance.now() - started) / 1000;
    const perMillion = (seconds / rows) * 1e6;
    say(
      `  ${rows.toLocaleString("en")} experiences  ${code === 0 ? `${seconds.toFixed(1)} s, peak RSS ${peakMb.toFixed(0)} MB, ${perMillion.toFixed(2)} s a million` : `failed with ${code}`}`,
    );
    await rm(log, { recursive: true });
  }
}

function time(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}`);
  return (performance.now() - started) / 1000;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
