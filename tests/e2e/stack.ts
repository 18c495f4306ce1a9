import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Client, createClient } from "@whetstone/schemas/client";
import { z } from "zod";

const root = new URL("../../", import.meta.url).pathname;
const startTimeoutMs = 300_000;
const Ready = z.object({ event: z.literal("ready"), url: z.url(), s3: z.url() });
const Secrets = z.object({
  runnerKey: z.string(),
  workspaceKey: z.string(),
  adminToken: z.string(),
  workspaceId: z.string(),
});

export interface Stack {
  url: string;
  s3Url: string;
  secrets: z.infer<typeof Secrets>;
  api: Client;
  dataPath: string;
  /** Process ids of the children whose command line holds `part`, e.g. `versitygw` or `wrangler`. */
  pidsOf(part: string): Promise<number[]>;
  stop(): Promise<void>;
}

/** The real stack, by the same command a person uses, in a folder of its own. Stop it by `await using` or `stop()`. */
export async function startStack(
  options: { runners?: number; dataPath?: string } = {},
): Promise<Stack & AsyncDisposable> {
  const dataPath = options.dataPath ?? (await mkdtemp(join(tmpdir(), "whetstone-e2e-")));
  const runners = options.runners ? ["--runners", String(options.runners)] : ["--no-runners"];
  const up = spawn(process.execPath, ["apps/cli/src/main.ts", "up", "--json", "--data", dataPath, ...runners], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ready = await whenReady(up);
  const secrets = Secrets.parse(JSON.parse(await readFile(join(dataPath, "secrets.json"), "utf8")));

  async function stop(): Promise<void> {
    if (up.exitCode === null) {
      up.kill("SIGTERM");
      await once(up, "exit");
    }
    if (options.dataPath === undefined) await rm(dataPath, { recursive: true, force: true });
  }
  return {
    url: ready.url,
    s3Url: ready.s3,
    secrets,
    dataPath,
    api: createClient({ baseUrl: ready.url, key: secrets.workspaceKey }),
    async pidsOf(part) {
      const lines = (await readFile(join(dataPath, "children.jsonl"), "utf8")).split("\n").filter(Boolean);
      const pids = lines.map((line) => z.object({ pid: z.int() }).parse(JSON.parse(line)).pid);
      const found = await Promise.all(pids.map(async (pid) => ((await commandLine(pid)).includes(part) ? [pid] : [])));
      return found.flat();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function whenReady(up: ChildProcess): Promise<z.infer<typeof Ready>> {
  let noise = "";
  up.stderr?.on("data", (chunk: Buffer) => (noise = (noise + chunk.toString()).slice(-4000)));
  const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof Ready>>();
  const timer = setTimeout(() => reject(new Error(`whetstone up was not ready in time:\n${noise}`)), startTimeoutMs);
  up.once("exit", (code) => reject(new Error(`whetstone up ended with ${code}:\n${noise}`)));
  if (up.stdout) {
    createInterface({ input: up.stdout }).on("line", (line) => {
      noise = `${noise}${line}\n`.slice(-4000);
      const ready = Ready.safeParse(JSON.parse(line));
      if (ready.success) resolve(ready.data);
    });
  }
  return promise.finally(() => clearTimeout(timer));
}

async function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}
