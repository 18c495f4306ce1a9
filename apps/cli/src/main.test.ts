import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

const home = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("help exits 0 and names every command", () => {
  const { status, stdout } = run(["--help"]);

  expect(status).toBe(0);
  for (const name of [
    "up",
    "login",
    "dataset",
    "run",
    "refine",
    "train",
    "evaluate",
    "model",
    "sample",
    "webhook",
    "suite",
  ])
    expect(stdout).toContain(`  ${name} `);
});

test("wrong usage exits 2 and says what is missing", () => {
  const { status, stderr } = run(["dataset", "push"]);

  expect(status).toBe(2);
  expect(stderr).toContain("--name");
});

test("a failure exits 1, with --json as a document on stdout", () => {
  const { status, stdout, stderr } = run(["run", "list", "--json"], {
    WHETSTONE_URL: "http://127.0.0.1:9",
    WHETSTONE_KEY: "k",
  });

  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "unreachable" } });
  expect(stderr).toContain("error: http://127.0.0.1:9 can't be reached");
});

test("a file that is not there is wrong usage", () => {
  const { status, stderr } = run(["dataset", "push", "nowhere.tar", "--name", "x"], {
    WHETSTONE_URL: "http://127.0.0.1:9",
    WHETSTONE_KEY: "k",
  });

  expect(status).toBe(2);
  expect(stderr).toContain("nowhere.tar does not exist");
});

function run(args: string[], env: Record<string, string> = {}) {
  const main = join(import.meta.dirname, "main.ts");
  return spawnSync(process.execPath, [main, ...args], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, ...env },
    encoding: "utf8",
    timeout: 50_000,
  });
}
