import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

const main = join(import.meta.dirname, "../main.ts");
const header = "block_num\texp_num\tworker_id\tblock_type\ttask_name\ttask_params\texp_status\ttimestamp\treward\n";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-lifelong-"));
  await Promise.all(["good", "other", "third"].map((name) => writeLog(name)));
  await writeLog("broken", { edit: (lines) => lines.replace("0.25", "lots") });
  await writeLog("experts/run-1", { tasks: ["nav_1"] });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a log gives the three files under the reference program's keys, and a table", async () => {
  const { code, stdout } = await run(["compute", "good", "--experts", "experts", "--out", "one"]);
  const metrics = JSON.parse(await readFile(join(folder, "one/good_metrics.json"), "utf8")) as Record<string, unknown>;
  const settings = JSON.parse(await readFile(join(folder, "one/good_settings.json"), "utf8")) as object;
  const regimes = await readFile(join(folder, "one/good_regime.tsv"), "utf8");

  expect(code).toBe(0);
  expect(stdout).toContain("performance maintenance (mrlep)");
  expect(metrics).toMatchObject({
    run_id: "good",
    scenario_type: "custom",
    metrics_column: "reward",
    perf_recovery: null,
  });
  expect(metrics["confidence_intervals"]).toHaveProperty("avg_eval_perf.method", "block-bootstrap");
  expect(settings).toMatchObject({ perf_measure: "reward", normalization_method: "task", mode: "corrected" });
  expect(regimes.split("\n")[0]).toContain("block_num\tblock_type\tblock_subtype\ttask_name\tregime_num");
});

test("--compat writes bare NaN, eleven settings and nothing of ours", async () => {
  const { code } = await run(["compute", "good", "--compat", "l2metrics", "--out", "compat", "-o", "my run"]);
  const metrics = await readFile(join(folder, "compat/my_run_metrics.json"), "utf8");
  const settings = JSON.parse(await readFile(join(folder, "compat/my_run_settings.json"), "utf8")) as object;

  expect(code).toBe(0);
  expect(metrics).toContain('"perf_recovery":NaN');
  expect(metrics).not.toContain("confidence_intervals");
  expect(Object.keys(settings)).toHaveLength(11);
});

test("many logs give the overview with intervals over lifetimes, in order of name", async () => {
  const { code, stdout } = await run([
    "compute",
    ".",
    "--recursive",
    "--skip-bad-rows",
    "--out",
    "many",
    "--bootstrap",
    "0",
  ]);
  const overview = (await readFile(join(folder, "many/ll_metrics.tsv"), "utf8")).trim().split("\n");
  const means = JSON.parse(await readFile(join(folder, "many/ll_metrics_intervals.json"), "utf8")) as object;

  expect(code).toBe(0);
  expect(overview.map((line) => line.split("\t")[0])).toEqual(["run_id", "broken", "run-1", "good", "other", "third"]);
  expect(means).toHaveProperty("avg_eval_perf.interval.method", "bca-over-lifetimes");
  expect(stdout).toContain("mean over 5 lifetimes");
});

test("a log that fails among many leaves the results of the others, and exits 2", async () => {
  const { code, stderr } = await run(["compute", "good", "broken", "--out", "some"]);
  const documents = JSON.parse(await readFile(join(folder, "some/ll_metrics.json"), "utf8")) as { run_id: string }[];

  expect(code).toBe(2);
  expect(documents.map((each) => each.run_id)).toEqual(["good"]);
  expect(stderr).toContain('broken: worker-0/1-train/data-log.tsv, line 7, column reward: is not a number: "lots"');
});

test.each([
  ["a folder that is not there", ["compute", "nowhere"], "nowhere does not exist"],
  ["a file in place of a folder", ["compute", "good/logger_info.json"], "is a file; give the folder of a log"],
  ["a folder without a log", ["compute", "experts"], "experts has no logger_info.json, so it is no l2logger log"],
  [
    "an unknown measure",
    ["compute", "good", "-p", "score"],
    'good has no measure "score"; logger_info.json names reward',
  ],
  ["a broken row", ["compute", "broken"], "line 7, column reward"],
  ["no log to be found", ["compute", "good/worker-0", "--recursive"], "no log below good/worker-0"],
  ["a range file that is not there", ["compute", "good", "-d", "r.json"], "data range file r.json can't be read"],
  ["a range file of another form", ["compute", "good", "-d", "good/logger_info.json"], "must look like"],
  ["an unknown method", ["compute", "good", "--transfer-method", "sum"], "Allowed choices are ratio, contrast, both"],
  ["an expert of two tasks", ["compute", "good", "--experts", "other"], "an expert must train exactly one"],
  [
    "results that can't be written",
    ["compute", "good", "--out", "good/logger_info.json"],
    "results can't be written to",
  ],
  ["a matrix that is not there", ["matrix", "m.csv"], "m.csv can't be read"],
])("%s is wrong usage: one sentence, exit 2", async (_, args, message) => {
  const { code, stderr } = await run(args);

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("validate lists every broken rule with its place, and exits 2 for them", async () => {
  const good = await run(["validate", "good"]);
  const broken = await run(["validate", "broken"]);

  expect(good.code).toBe(0);
  expect(good.stdout).toContain("good: valid; 72 good rows in 3 files");
  expect(broken.code).toBe(2);
  expect(broken.stdout).toContain('worker-0/1-train/data-log.tsv, line 7, column reward: is not a number: "lots"');
});

test("an accuracy matrix is measured by every suite", async () => {
  await writeFile(
    join(folder, "m.json"),
    JSON.stringify({
      scores: [
        [0.9, 0.1],
        [0.7, 0.8],
      ],
      baseline: [0.1, 0.1],
    }),
  );

  const { code, stdout } = await run(["matrix", "m.json"]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/GEM \(paper\)\s+BWT\s+-0\.2000/);
  expect(stdout).toMatch(/Mammoth\s+forgetting\s+0\.2000/);
});

/** Evaluation, learning and evaluation of two tasks. */
async function writeLog(name: string, { tasks = ["nav_1", "nav_2"], edit = (lines: string): string => lines } = {}) {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "logger_info.json"), '{"metrics_columns": ["reward"]}');
  await writeFile(
    join(path, "scenario_info.json"),
    '{"scenario_type": "custom", "complexity": "1-low", "difficulty": "1-easy"}',
  );
  let exp = 0;
  for (const [block, type] of ["test", "train", "test"].entries()) {
    let lines = header;
    for (const task of tasks)
      for (let i = 0; i < (type === "train" ? 20 : 8); i++) {
        const value = type === "train" ? i / 20 : block / 3 + (i % 3) / 10;
        lines += `${block}\t${exp++}\tworker-0\t${type}\t${task}\t\tcomplete\t20260131T10000${block}.000001\t${value}\n`;
      }
    await mkdir(join(path, `worker-0/${block}-${type}`), { recursive: true });
    await writeFile(join(path, `worker-0/${block}-${type}/data-log.tsv`), edit(lines));
  }
}

async function run(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, "lifelong", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}
