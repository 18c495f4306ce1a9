import { ApiError } from "@whetstone/schemas/client";
import type { LentTask } from "@whetstone/schemas/tasks";
import type { AnyTask } from "./define-task.ts";
import { TaskError, TaskStopped } from "./errors.ts";
import { type HeldTask, holdTask } from "./held-task.ts";
import type { Limit } from "./limit.ts";
import type { Reporter } from "./reporter.ts";
import { clearTask, type PreparedTask, prepareTask, runTask, type TaskHost } from "./run-task.ts";

export interface Carrier {
  tasks: ReadonlyMap<string, AnyTask>;
  held: Map<string, HeldTask>;
  host: TaskHost;
  reporter: Reporter;
  /** Lets `concurrency` handlers run at once. */
  slots: Limit;
  folder: string;
  /** A place for another claim is free. */
  onFreed(): void;
}

/** Carries one lease from the claim to the answer about its outcome. Resolves when there is nothing more to say about it; never rejects. */
export async function carryTask(lent: LentTask, carrier: Carrier): Promise<void> {
  const { held: all, host, reporter } = carrier;
  const held = holdTask(lent);
  // The API lent a newer attempt at a task this runner still works on: the old one is over.
  all.get(lent.taskId)?.stop("lost");
  all.set(lent.taskId, held);
  host.log("task claimed", { taskId: lent.taskId, attempt: lent.attempt, kind: lent.kind });

  let work: Promise<unknown> = Promise.resolve();
  let prepared: PreparedTask | undefined;
  try {
    const task = carrier.tasks.get(lent.kind);
    if (!task) throw new TaskError("kind_unknown", `this runner does not do ${lent.kind} tasks`);
    const ready = (prepared = await prepareTask(held, { host, folder: carrier.folder }));
    const run = carrier.slots(async () => {
      held.signal.throwIfAborted();
      held.state = "running";
      const { computed, outcome } = runTask(held, ready, { task, host });
      await computed;
      return { outcome };
    });
    work = run;
    // Stopped while it waits for a slot, it fails with nobody listening any more.
    run.catch(() => {});
    const { outcome } = await orStopped(run, held.signal);
    held.state = "storing";
    carrier.onFreed();
    const { result, outputs } = await orStopped(outcome, held.signal);
    held.state = "reporting";
    await host.lastWords(held);
    await reporter.complete({ ...held.lease, result, outputs });
  } catch (error) {
    await reportFailure(held, error, carrier);
  } finally {
    if (all.get(lent.taskId) === held && !held.signal.aborted) all.delete(lent.taskId);
    carrier.onFreed();
  }
  void cleanUp();

  /** A handler that does not heed its signal still uses its folder and its slot until it returns. */
  async function cleanUp(): Promise<void> {
    await work.catch(() => {});
    prepared?.endDownloads();
    await clearTask(held, carrier.folder).catch(() => {});
    if (all.get(lent.taskId) === held) all.delete(lent.taskId);
    carrier.onFreed();
  }
}

/** Settles with the work, or at once with the reason when the task is stopped. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function reportFailure(held: HeldTask, error: unknown, { host, reporter }: Carrier): Promise<void> {
  const stopped: unknown = held.signal.aborted ? held.signal.reason : error;
  if (stopped instanceof TaskStopped) {
    if (stopped.state !== "released") return;
    held.state = "reporting";
    return reporter.fail({
      ...held.lease,
      code: "runner_stopping",
      message: "the runner is going away",
      fate: "release",
    });
  }
  if (error instanceof ApiError && error.code === "lease_lost")
    return host.log("task lost", { taskId: held.lease.taskId });
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof TaskError;
  host.log("task did not succeed", {
    taskId: held.lease.taskId,
    error: message,
    ...(!known && error instanceof Error && { stack: error.stack }),
  });
  held.state = "reporting";
  await host.lastWords(held);
  await reporter.fail({
    ...held.lease,
    code: known ? error.code : "internal",
    message: message.slice(0, 2000),
    fate: known ? error.fate : "retry",
  });
}
