import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ServiceOptions, startService } from "./supervise.ts";

vi.setConfig({ testTimeout: 30_000 });

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "supervise-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

test("a child that is killed is started again", async () => {
  const pids: number[] = [];
  const service = await startService(
    options("setInterval(() => {}, 1000)", { onPid: async (pid) => void pids.push(pid) }),
  );

  process.kill(pids[0] ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(pids).toHaveLength(2), 15_000);

  await service.stop();
  expect(isGone(pids[1])).toBe(true);
});

test("a child that ends before it is ready fails the start with the end of its log", async () => {
  const starting = startService(options("console.error('no such port'); process.exit(3)", { isReady: () => false }));

  await expect(starting).rejects.toThrow(/child exited with code 3; the end of .*child\.log:\n\s+no such port/);
});

test("a child that never gets ready is stopped and told of", async () => {
  const pids: number[] = [];

  const starting = startService(
    options("setInterval(() => {}, 1000)", {
      isReady: () => false,
      readyTimeoutMs: 300,
      onPid: async (pid) => void pids.push(pid),
    }),
  );

  await expect(starting).rejects.toThrow("child was not ready after 0.3 s");
  expect(isGone(pids[0])).toBe(true);
});

test("stopping a child stops what it started too", async () => {
  const grandchild =
    "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log('pid', c.pid); setInterval(() => {}, 1000)";
  let said = "";
  const service = await startService(
    options(grandchild, { onLine: (line) => void (said = line), isReady: () => said !== "" }),
  );

  await service.stop();

  await vi.waitFor(() => expect(isGone(Number(said.split(" ")[1]))).toBe(true), 10_000);
  expect(await readFile(join(home, "child.log"), "utf8")).toContain("pid");
});

function options(script: string, rest: Partial<ServiceOptions>): ServiceOptions {
  return {
    name: "child",
    command: process.execPath,
    args: ["-e", script],
    cwd: home,
    env: process.env,
    logPath: join(home, "child.log"),
    isReady: () => true,
    readyTimeoutMs: 20_000,
    signal: new AbortController().signal,
    onPid: async () => undefined,
    onRestart: () => undefined,
    onGiveUp: () => undefined,
    ...rest,
  };
}

function isGone(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return false;
  } catch {
    return true;
  }
}
