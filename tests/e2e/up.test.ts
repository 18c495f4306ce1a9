import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startStack } from "./stack.ts";

const root = new URL("../../", import.meta.url).pathname;
const limitMs = 600_000;
let dataPath: string;
beforeEach(async () => void (dataPath = await mkdtemp(join(tmpdir(), "whetstone-up-"))));
afterEach(() => rm(dataPath, { recursive: true, force: true }));

test(
  "a stack keeps its data, its key and its addresses over a restart, and stops clean within 10 s",
  { timeout: limitMs },
  async () => {
    const first = await startStack({ dataPath });
    const dataset = await first.api.datasets.create({ name: "kept" });
    const pids = await first.pidsOf("");
    const stoppingAt = performance.now();
    await first.stop();
    const stopMs = performance.now() - stoppingAt;

    await using second = await startStack({ dataPath });
    const found = await second.api.datasets.get(dataset.id);

    expect(stopMs).toBeLessThan(10_000);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(found.name).toBe("kept");
    expect({ url: second.url, s3: second.s3Url }).toEqual({ url: first.url, s3: first.s3Url });
    expect(second.secrets.workspaceKey).toBe(first.secrets.workspaceKey);
  },
);

test(
  "a second stack on the folder is refused, and nobody else can read its secrets",
  { timeout: limitMs },
  async () => {
    await using stack = await startStack({ dataPath });

    const refused = spawnSync(process.execPath, ["apps/cli/src/main.ts", "up", "--data", stack.dataPath], {
      cwd: root,
      encoding: "utf8",
    });
    const modes = await Promise.all(
      ["secrets.json", "profile.json"].map(async (name) => (await stat(join(dataPath, name))).mode & 0o077),
    );
    const logs = await readLogs();

    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("a stack already runs on");
    expect(modes).toEqual([0, 0]);
    expect(logs).not.toContain(stack.secrets.adminToken);
    expect(logs).not.toContain(stack.secrets.workspaceKey);
  },
);

async function readLogs(): Promise<string> {
  const folder = join(dataPath, "logs");
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  return texts.join("\n");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
