import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readHolder, takeLock } from "./lock.ts";

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "lock-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

test("a second stack on the same folder is refused and told who holds it", async () => {
  const path = join(home, "lock");
  await takeLock(path, home);

  await expect(takeLock(path, home)).rejects.toThrow(`a stack already runs on ${home} (process ${process.pid})`);
});

test("the lock of a process that died is taken over", async () => {
  const path = join(home, "lock");
  const { pid } = spawnSync("true");
  await writeFile(path, JSON.stringify({ pid, startedAt: "" }));

  await takeLock(path, home);

  expect(await readHolder(path)).toBe(process.pid);
});

test.runIf(process.platform === "linux")("a later process with the same id does not hold it", async () => {
  const path = join(home, "lock");
  await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: "1" }));

  expect(await readHolder(path)).toBeUndefined();
});

test("a lock cut short by a crash is taken over", async () => {
  const path = join(home, "lock");
  await writeFile(path, "");

  await takeLock(path, home);

  expect(await readHolder(path)).toBe(process.pid);
});
