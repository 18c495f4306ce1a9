import { rm } from "node:fs/promises";
import { ApiError, createRunnerClient, sleep } from "@whetstone/schemas/client";
import { maxClaimWaitMs } from "@whetstone/schemas/tasks";
import { carryTask } from "./carry-task.ts";
import type { AnyTask } from "./define-task.ts";
import { startHeartbeats } from "./heartbeats.ts";
import type { HeldTask } from "./held-task.ts";
import { createLimit } from "./limit.ts";
import type { Log } from "./log.ts";
import { createReporter } from "./reporter.ts";
import { jitteredDelayMs } from "./retry.ts";
import { makeWorkFolder } from "./work-folder.ts";

const gatherMs = 10;
const lastWordsMs = 5_000;

export interface RunnerOptions {
  url: string;
  token: string;
  name: string;
  labels: string[];
  tasks: AnyTask[];
  /** Handlers at work at once. */
  concurrency: number;
  /** Tasks claimed beyond those, whose inputs download meanwhile. */
  prefetch: number;
  codeVersion?: string;
  drainMs?: number;
  claimWaitMs?: number;
  secret?: (name: string) => string | undefined;
  log: Log;
  fetch?: typeof fetch;
}

export interface Runner {
  runnerId(): string;
  /** Claims no more, finishes what it can in time, gives the rest back. */
  drain(): Promise<void>;
  /** Resolves when the runner is through; rejects when the API refuses its token. */
  ended: Promise<void>;
}

/** Registers (for as long as it takes the API to come up) and then works until drained. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { url, token, log, concurrency, prefetch, drainMs = 20_000, claimWaitMs = maxClaimWaitMs } = options;
  const send = options.fetch ?? fetch;
  const connect = (retries: number) => createRunnerClient({ baseUrl: url, key: token, retries, fetch: send });
  const client = connect(3);
  const able = options.tasks.filter((task) => task.needs.every((label) => options.labels.includes(label)));
  const held = new Map<string, HeldTask>();
  const carried = new Set<Promise<void>>();
  const stopping = new AbortController();
  const silenced = new AbortController();
  const { promise: ended, resolve: end, reject: refuse } = Promise.withResolvers<void>();
  ended.catch(() => {});
  let freed = Promise.withResolvers<void>();

  let runner = await register();
  let registering: Promise<void> | undefined;
  const folder = await makeWorkFolder(runner.runnerId);

  const runnerId = (): string => runner.runnerId;
  const heartbeats = startHeartbeats({
    client: connect(0),
    runnerId,
    held,
    intervalMs: runner.heartbeatSeconds * 1000,
    log,
    onRefused,
  });
  const reporter = createReporter({ client, runnerId, log, signal: silenced.signal });
  const host = {
    client,
    fetch: send,
    downloads: createLimit(4),
    uploads: createLimit(4),
    log,
    secret: options.secret ?? (() => undefined),
    beatSoon: heartbeats.soon,
    lastWords: heartbeats.lastWords,
  };
  const carrier = {
    tasks: new Map(able.map((task) => [task.kind as string, task])),
    held,
    host,
    reporter,
    slots: createLimit(concurrency),
    folder,
    onFreed: () => freed.resolve(),
  };
  const claiming = claimLoop();

  async function register(): Promise<{ runnerId: string; heartbeatSeconds: number }> {
    const body = {
      name: options.name,
      kinds: able.map((task) => task.kind),
      labels: options.labels,
      codeVersion: options.codeVersion ?? "unknown",
    };
    for (let failures = 0; ; failures += 1) {
      try {
        return await client.register(body);
      } catch (error) {
        if (isTokenRefused(error) || (error instanceof ApiError && error.status === 400)) throw error;
        log("waiting for the API", { url, error: error instanceof Error ? error.message : String(error) });
        await sleep(jitteredDelayMs(failures, { baseMs: 500 }), stopping.signal);
        stopping.signal.throwIfAborted();
      }
    }
  }

  function onRefused(refusal: ApiError): void {
    if (isTokenRefused(refusal)) return giveUp(refusal);
    // The API lost its memory of this runner (a fresh database): introduce it again. Its old leases answer `lost`.
    if (refusal.status === 404 && !stopping.signal.aborted) {
      registering ??= register()
        .then((registered) => void (runner = registered))
        .catch((cause: unknown) => giveUp(cause))
        .finally(() => (registering = undefined));
    }
  }

  function giveUp(reason: unknown): void {
    if (stopping.signal.aborted) return;
    log("giving up", { error: reason instanceof Error ? reason.message : String(reason) });
    for (const task of held.values()) task.stop("lost");
    stopping.abort();
    silenced.abort();
    void close().then(() => refuse(reason));
  }

  async function claimLoop(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      const claimed = [...held.values()].filter(({ state }) => state === "waiting" || state === "running").length;
      const free = concurrency + prefetch - claimed;
      if (free <= 0) {
        await freed.promise;
        freed = Promise.withResolvers();
        // Others often end in the same moment: ask for all their places in one claim.
        await sleep(gatherMs, stopping.signal);
        continue;
      }
      const startedAt = performance.now();
      try {
        const { tasks } = await client.claim(
          { runnerId: runnerId(), max: Math.min(free, 64), waitMs: claimWaitMs },
          stopping.signal,
        );
        failures = 0;
        for (const task of tasks) {
          const carry = carryTask(task, carrier).finally(() => carried.delete(carry));
          carried.add(carry);
        }
        const isHurried = tasks.length === 0 && performance.now() - startedAt < claimWaitMs / 2;
        if (isHurried) await sleep(100 + jitteredDelayMs(0, { baseMs: 400 }), stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        log("claim failed", { error: error instanceof Error ? error.message : String(error) });
        if (error instanceof ApiError) onRefused(error);
        await registering;
        await sleep(jitteredDelayMs(failures), stopping.signal);
      }
    }
  }

  async function drain(): Promise<void> {
    if (stopping.signal.aborted) return ended.catch(() => {});
    log("draining", { tasks: held.size, drainMs });
    stopping.abort();
    freed.resolve();
    await claiming;
    for (const task of held.values()) if (task.state === "waiting") task.stop("released");
    await within(drainMs);
    for (const task of held.values()) if (task.state !== "reporting") task.stop("released");
    await within(lastWordsMs);
    silenced.abort();
    await close();
    log("stopped", {});
    end();
  }

  /** Until every carried task is through, or the time is over. */
  async function within(ms: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([Promise.all(carried), sleep(ms, over.signal)]);
    over.abort();
  }

  async function close(): Promise<void> {
    heartbeats.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }

  return { runnerId, drain, ended };
}

export function isTokenRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}
