import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Block } from "@whetstone/schemas/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "./stack.ts";

const root = new URL("../../", import.meta.url).pathname;
const limitMs = 300_000;
const run = promisify(execFile);
let stack: Stack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-lifelong-"));
  stack = await startStack();
}, limitMs);
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
}, limitMs);

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  WHETSTONE_URL: stack.url,
  WHETSTONE_KEY: stack.secrets.workspaceKey,
});

async function whetstone(...args: string[]): Promise<{ code: number; json: never; stderr: string }> {
  const { stdout, stderr, code } = await run(process.execPath, ["apps/cli/src/main.ts", "--json", ...args], {
    cwd: root,
    env: environment(),
  }).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { code, stderr, json: JSON.parse(stdout.split("\n")[0] ?? "") as never };
}

/** Four blocks of `rows` experiences in l2logger's layout, train and test in turn. */
async function writeLog(name: string, rows: number, spoil = (line: string, _block: number): string => line) {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, "logger_info.json"), '{"metrics_columns": ["reward"], "log_format_version": "1.1"}');
  await writeFile(join(path, "scenario_info.json"), '{"scenario_type": "condensed", "complexity": "1-low"}');
  for (let block = 0; block < 4; block += 1) {
    const type = block % 2 === 0 ? "train" : "test";
    const at = join(path, "worker-0", `${block}-${type}`);
    await mkdir(at, { recursive: true });
    const lines = Array.from({ length: rows }, (_, i) => {
      const exp = block * rows + i;
      const cells = [block, exp, "worker-0", type, "wake", "nav_1", '"{""size"": 3}"', "complete"];
      return spoil([...cells, "20260101T000000.000000", (i / rows).toFixed(3)].join("\t"), block);
    });
    const header =
      "block_num\texp_num\tworker_id\tblock_type\tblock_subtype\ttask_name\ttask_params\texp_status\ttimestamp\treward";
    await writeFile(join(at, "data-log.tsv"), `${[header, ...lines].join("\n")}\n`);
  }
  return path;
}

const statuses = (blocks: { data: Block[] }) => blocks.data.map(({ status, rowCount }) => `${status} ${rowCount}`);

test("a pushed log becomes a lifetime, and pushing it again adds nothing", { timeout: limitMs }, async () => {
  const log = await writeLog("run-1", 500);
  const expert = await writeLog("expert", 100);
  await mkdir(join(folder, "experts"));
  await run("mv", [expert, join(folder, "experts", "nav-0")]);

  const first = await whetstone("lifelong", "push", log, "--experts", join(folder, "experts"));
  const { stream, lifetimes } = first.json as { stream: string; lifetimes: unknown[] };
  const again = await whetstone("lifelong", "push", log, "--stream", stream);

  expect(first.code).toBe(0);
  expect(lifetimes).toMatchObject([
    { lifetime: "run-1", role: "learner", addedRows: 2000, knownRows: 0, failures: [] },
    { lifetime: "expert-nav-0", role: "expert", addedRows: 400 },
  ]);
  expect((again.json as { lifetimes: unknown[] }).lifetimes).toMatchObject([{ addedRows: 0, knownRows: 2000 }]);
  expect(await stack.api.streams.get(stream)).toMatchObject({
    name: "run-1",
    scenario: { scenarioType: "condensed", complexity: "1-low", difficulty: null },
    rowCount: 2400,
    lifetimeCount: 2,
  });
  expect(statuses(await stack.api.streams.blocks(stream, { lifetime: "run-1" }))).toEqual(
    Array.from({ length: 4 }, () => "closed 500"),
  );
});

test("an accuracy matrix is kept in a stream, and measured there as here", { timeout: limitMs }, async () => {
  const stream = await stack.api.streams.create({ name: "matrices", metricsColumns: ["accuracy"] });
  const file = join(folder, "matrix.csv");
  await writeFile(file, "after,a,b\nbaseline,0.1,0.2\n1,0.9,0.3\n2,0.7,0.8\n");

  const { code, json } = await whetstone("lifelong", "matrix", file, "--stream", stream.id, "--lifetime", "seed-0");

  expect(code).toBe(0);
  expect((await stack.api.streams.matrices(stream.id)).data).toMatchObject([
    { id: (json as { id: string }).id, lifetime: "seed-0", metrics: (json as { metrics: unknown }).metrics },
  ]);
});

test("a spoilt file is named with line and column and loses no other", { timeout: limitMs }, async () => {
  let line = 1;
  const log = await writeLog("spoilt", 50, (text, block) =>
    block === 2 && ++line === 31 ? text.replace("wake", "nap") : text,
  );

  const { code, json, stderr } = await whetstone("lifelong", "push", log);
  const { stream, lifetimes } = json as {
    stream: string;
    lifetimes: { failures: { message: string; file: string }[] }[];
  };

  expect(code).toBe(1);
  expect(stderr).toContain("1 files were refused");
  expect(lifetimes[0]?.failures[0]?.file).toContain("2-train");
  expect(lifetimes[0]?.failures[0]?.message).toContain("line 31, column block_subtype: must be");
  expect((await stack.api.streams.get(stream)).rowCount).toBe(150);
});

test("a live learner logs by l2logger's calls", { timeout: limitMs }, async () => {
  const learner = `
import os, sys
sys.path.insert(0, "docs/examples")
import whetstone_logger
from whetstone_logger import DataLogger
whetstone_logger.FLUSH_ROWS = 70
log = DataLogger(sys.argv[1], "live.py", {"metrics_columns": ["reward"]}, {"scenario_type": "dispersed", "author": "me"})
exp = 0
for block in range(3):
    for i in range(100):
        log.log_record({"block_num": block, "exp_num": exp, "block_type": "test" if block == 1 else "train", "task_name": "nav_1",
            "task_params": {"size": i}, "reward": float("nan") if i == 0 else i / 100})
        exp += 1
for bad, why in (({"block_num": 0}, "missing"), ({"timestamp": "x"}, "overwritten"), ("x", "dict")):
    try: log.log_record(bad); print("took", bad)
    except RuntimeError as error: assert why in str(error), error
log.close()
print(log.stream_id)
assert sorted(os.listdir(log.scenario_dir)) == ["logger_info.json", "scenario_info.json"]
`;
  const { stdout } = await run("python3", ["-c", learner, join(folder, "live")], { cwd: root, env: environment() });
  const streamId = stdout.trim();

  expect(await stack.api.streams.get(streamId)).toMatchObject({
    name: "live",
    scenario: { scenarioType: "dispersed", author: "me" },
    rowCount: 300,
  });
  expect(statuses(await stack.api.streams.blocks(streamId))).toEqual(["closed 100", "closed 100", "closed 100"]);
});

test("a learner whose records can't be sent finds them in a file", { timeout: limitMs }, async () => {
  const learner = `
import sys
sys.path.insert(0, "docs/examples")
import whetstone_logger
whetstone_logger.MAX_TRIES = 2
log = whetstone_logger.DataLogger(sys.argv[1], "lost", {"metrics_columns": ["reward"]})
log.log_record({"block_num": 0, "exp_num": 0, "block_type": "train", "task_name": "nav_1", "task_params": {}, "reward": 1})
try: log.flush()
except RuntimeError as error: print(error)
print(log.scenario_dir)
`;
  const env = { ...environment(), WHETSTONE_URL: "http://127.0.0.1:9", WHETSTONE_STREAM: "str_x" };

  const { stdout } = await run("python3", ["-c", learner, join(folder, "lost")], { cwd: root, env });

  const [message = "", path = ""] = stdout.trim().split("\n");
  expect(message).toContain("1 records could not be sent and are kept in");
  expect(await readdir(path)).toContain("unsent-0.jsonl");
});
