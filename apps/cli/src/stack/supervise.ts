import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../errors.ts";
import { type Child, type ChildOptions, readTail, startChild } from "./child.ts";

const maxCrashesInARow = 10;
const stableMs = 10_000;
const maxDelayMs = 15_000;

export interface ServiceOptions extends ChildOptions {
  /** Resolves when the child can do its work; polled by the caller's own means. */
  isReady: () => Promise<boolean> | boolean;
  readyTimeoutMs: number;
  /** Gives up waiting for readiness. */
  signal: AbortSignal;
  onPid: (pid: number) => Promise<void>;
  onRestart: (message: string) => void;
  onGiveUp: (error: CliError) => void;
}

export interface Service {
  readonly name: string;
  stop(): Promise<void>;
}

/** Starts a child, waits until it is ready, and from then on starts it again when it ends by itself, ever more slowly. */
export async function startService(options: ServiceOptions): Promise<Service> {
  let isStopping = false;
  let child = await start();
  try {
    await waitUntilReady(child, options);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const stopping = new AbortController();
  const watching = watch();
  return {
    name: options.name,
    async stop() {
      isStopping = true;
      stopping.abort();
      await child.stop();
      await watching;
    },
  };

  async function start(): Promise<Child> {
    const started = startChild(options);
    if (started.pid > 0) await options.onPid(started.pid);
    return started;
  }

  async function watch(): Promise<void> {
    for (let crashes = 0; ;) {
      const startedAt = performance.now();
      const how = await child.exited;
      if (isStopping) return;
      crashes = performance.now() - startedAt > stableMs ? 1 : crashes + 1;
      if (crashes > maxCrashesInARow) return options.onGiveUp(await toError(child, `${how} ${crashes} times in a row`));
      const delayMs = Math.min(maxDelayMs, 250 * 2 ** (crashes - 1));
      options.onRestart(
        `${options.name} ${how}; starting it again in ${(delayMs / 1000).toFixed(1)} s (log: ${options.logPath})`,
      );
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (isStopping) return;
      child = await start();
    }
  }
}

async function waitUntilReady(child: Child, options: ServiceOptions): Promise<void> {
  const deadline = performance.now() + options.readyTimeoutMs;
  while (performance.now() < deadline) {
    if (!child.isAlive()) throw await toError(child, await child.exited);
    if (await options.isReady()) return;
    options.signal.throwIfAborted();
    await sleep(200);
  }
  throw await toError(child, `was not ready after ${options.readyTimeoutMs / 1000} s`);
}

async function toError(child: Child, what: string): Promise<CliError> {
  const tail = (await readTail(child.logPath)).replaceAll(/^/gm, "    ");
  return new CliError(`${child.name} ${what}; the end of ${child.logPath}:\n${tail}`);
}
