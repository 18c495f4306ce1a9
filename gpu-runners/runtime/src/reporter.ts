import { ApiError, type RunnerClient, sleep } from "@whetstone/schemas/client";
import type { CompleteTasks, FailTasks, Lease } from "@whetstone/schemas/tasks";
import type { Log } from "./log.ts";
import { jitteredDelayMs } from "./retry.ts";

const gatherMs = 30;
const maxBatch = 64;
const maxBatchOutputs = 2_000;

type Completion = CompleteTasks["tasks"][number];
type Failure = FailTasks["tasks"][number];
interface Waiting<T> {
  item: T;
  settle(): void;
}
interface ReporterOptions {
  client: RunnerClient;
  runnerId(): string;
  log: Log;
  /** Fires when the process has no time left. */
  signal: AbortSignal;
}

/** Tells the API how tasks ended: gathered for a moment, sent together, and again until answered. Its caller keeps the leases alive meanwhile. */
export function createReporter({ client, runnerId, log, signal }: ReporterOptions) {
  const complete = createQueue<Completion>(async (tasks) => {
    const answer = await client.complete({ runnerId: runnerId(), tasks });
    for (const { taskId, state, code, detail } of answer.tasks) log(`task ${state}`, { taskId, code, detail });
  });
  const fail = createQueue<Failure>(async (tasks) => {
    const answer = await client.fail({ runnerId: runnerId(), tasks });
    for (const { taskId, state } of answer.tasks)
      log(`task ${state}`, { taskId, code: tasks.find((task) => task.taskId === taskId)?.code });
  });

  function createQueue<T extends Lease & { outputs?: unknown[] }>(send: (items: T[]) => Promise<void>) {
    let waiting: Waiting<T>[] = [];
    let isSending = false;

    async function drain(): Promise<void> {
      if (isSending) return;
      isSending = true;
      await sleep(gatherMs, signal);
      while (waiting.length > 0) {
        const batch = takeBatch();
        await deliver(batch);
      }
      isSending = false;
    }

    function takeBatch(): Waiting<T>[] {
      let outputs = 0;
      const end = waiting.findIndex(
        ({ item }, index) => (outputs += item.outputs?.length ?? 0) > maxBatchOutputs && index > 0,
      );
      const size = Math.min(maxBatch, end < 0 ? waiting.length : end);
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      return batch;
    }

    async function deliver(batch: Waiting<T>[]): Promise<void> {
      for (let failures = 0; !signal.aborted; failures += 1) {
        try {
          await send(batch.map(({ item }) => item));
          break;
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error);
          log("report not answered", { tasks: batch.length, error: detail });
          const isRefused =
            error instanceof ApiError &&
            error.status >= 400 &&
            error.status < 500 &&
            ![408, 425, 429].includes(error.status);
          // A word the API can't accept must not hold up the others: tell each alone, then let its lease run out.
          if (isRefused && batch.length > 1) {
            for (const one of batch) await deliver([one]);
            return;
          }
          if (isRefused) break;
          await sleep(jitteredDelayMs(failures, { baseMs: 500 }), signal);
        }
      }
      for (const { settle } of batch) settle();
    }

    return (item: T): Promise<void> =>
      new Promise((settle) => {
        waiting.push({ item, settle });
        void drain();
      });
  }

  return { complete, fail };
}
export type Reporter = ReturnType<typeof createReporter>;
