import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const graceMs = 8_000;
/** How long the last output of an ended child is waited for. */
const drainMs = 500;
const tailBytes = 4_000;

export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logPath: string;
  /** Called for each line the child writes to stdout. */
  onLine?: (line: string) => void;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the process has ended, with how. */
  readonly exited: Promise<string>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** Starts a process as the head of its own group, output appended to its log, so that stopping it stops all it started. */
export function startChild(options: ChildOptions): Child {
  const log = createWriteStream(options.logPath, { flags: "a", mode: 0o600 });
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  if (options.onLine) readLines(child, options.onLine);

  const pid = child.pid ?? -1;
  let isAlive = true;
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => settle(`could not start: ${error.message}`));
    child.once("exit", (code, signal) => settle(signal ? `was ended by ${signal}` : `exited with code ${code}`));
    function settle(how: string): void {
      isAlive = false;
      // The group may hold grandchildren that outlived their parent.
      signalGroup(pid, "SIGKILL");
      const drained = Promise.race([once(child, "close"), sleep(drainMs, undefined, { ref: false })]);
      void drained.then(() => log.end(() => resolve(how)));
    }
  });

  return {
    name: options.name,
    pid,
    logPath: options.logPath,
    exited,
    isAlive: () => isAlive,
    async stop() {
      signalGroup(pid, "SIGTERM");
      await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
      if (isAlive) signalGroup(pid, "SIGKILL");
      await exited;
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** The end of a log, for an error message. */
export async function readTail(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8", 0, bytesRead).split("\n").slice(-15).join("\n").trim();
  } catch {
    return "(no log)";
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}
