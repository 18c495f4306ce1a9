import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sleep } from "@whetstone/schemas/client";
import { z } from "zod";
import { uvPath } from "../contract/uv-tool.ts";

const version = "3.17.2";
const run = promisify(execFile);
const Created = z.object({ experiment_id: z.string() });
const Run = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

export interface MlflowPoint {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

export interface Mlflow extends AsyncDisposable {
  version: string;
  createRun(): Promise<string>;
  logBatch(runId: string, metrics: MlflowPoint[]): Promise<void>;
}

/** An MLflow server over SQLite as `mlflow server` starts it, from an environment of its own in the user's cache. */
export async function startMlflow(): Promise<Mlflow> {
  const python = await install();
  const folder = await mkdtemp(join(tmpdir(), "whetstone-mlflow-"));
  const port = await freePort();
  const store = ["--backend-store-uri", `sqlite:///${folder}/mlflow.db`, "--default-artifact-root", `${folder}/files`];
  // One worker: the client sends one batch at a time, and uvicorn kills workers that are slow to start on a busy machine.
  const address = ["--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const server = spawn(python, ["-m", "mlflow", "server", ...store, ...address], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" },
    stdio: "ignore",
    detached: true,
  });
  const url = `http://127.0.0.1:${port}/api/2.0/mlflow`;
  async function post(path: string, body: unknown): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`mlflow ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  async function stop(): Promise<void> {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
  try {
    await whenUp(server, `http://127.0.0.1:${port}/health`);
    const { experiment_id } = Created.parse(await post("experiments/create", { name: "bench" }));
    return {
      version,
      createRun: async () => Run.parse(await post("runs/create", { experiment_id, start_time: 0 })).run.info.run_id,
      logBatch: async (runId, metrics) => void (await post("runs/log-batch", { run_id: runId, metrics })),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install(): Promise<string> {
  const folder = join(homedir(), ".cache", "whetstone", "bench", `mlflow-${version}`);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "bin", "mlflow"))) return python;
  await run(uvPath, ["venv", "--quiet", "--clear", folder]);
  await run(uvPath, ["pip", "install", "--quiet", "--python", python, `mlflow==${version}`]);
  return python;
}

async function whenUp(server: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error(`mlflow server ended with ${server.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error("mlflow server was not up in two minutes");
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => void server.once("listening", resolve));
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
