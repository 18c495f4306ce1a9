import { ApiError, type RunnerClient } from "@whetstone/schemas/client";
import type { HeldTask } from "./held-task.ts";
import type { Log } from "./log.ts";

const maxPerRequest = 256;
const maxLastWords = 5;

interface HeartbeatOptions {
  client: RunnerClient;
  runnerId(): string;
  held: ReadonlyMap<string, HeldTask>;
  intervalMs: number;
  log: Log;
  /** The API answered no: it may not know this runner any more, or refuse its token. */
  onRefused(error: ApiError): void;
}

/** One request every few seconds for all leases at once; the answer says which tasks to stop. */
export function startHeartbeats(options: HeartbeatOptions) {
  const { client, held, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let isBeating = false;
  let isWanted = false;
  let isStopped = false;

  async function beat(): Promise<void> {
    if (isBeating) {
      isWanted = true;
      return;
    }
    isBeating = true;
    clearTimeout(timer);
    const tasks = [...held.values()].filter((task) => !task.signal.aborted);
    for (let start = 0; start < tasks.length; start += maxPerRequest)
      await send(tasks.slice(start, start + maxPerRequest));
    isBeating = false;
    if (isStopped) return;
    timer = setTimeout(() => void beat(), isWanted ? 0 : options.intervalMs);
    isWanted = false;
  }

  /** Whether the API has heard it. */
  async function send(tasks: HeldTask[]): Promise<boolean> {
    const body = tasks.map(({ lease, progress, checkpoint, notes }) => ({
      ...lease,
      ...(progress && { progress }),
      ...(checkpoint && { checkpoint }),
      ...(!notes.isEmpty() && { notes: notes.next() }),
    }));
    try {
      const answer = await client.heartbeat({ runnerId: options.runnerId(), tasks: body });
      for (const [i, task] of tasks.entries()) task.notes.told(body[i]?.notes?.at(-1)?.number ?? 0);
      for (const { taskId, state } of answer.tasks) {
        const task = tasks.find((one) => one.lease.taskId === taskId);
        // Once the outcome is on its way, the answer to that decides.
        if (!task || state === "held" || task.state === "reporting" || task.signal.aborted) continue;
        log("task stopped", { taskId, attempt: task.lease.attempt, state });
        task.stop(state);
      }
      return true;
    } catch (error) {
      log("heartbeat failed", { tasks: tasks.length, error: error instanceof Error ? error.message : String(error) });
      if (error instanceof ApiError) options.onRefused(error);
      return false;
    }
  }

  timer = setTimeout(() => void beat(), options.intervalMs);
  return {
    /** Beats now rather than with the next tick, so that a checkpoint is not lost with the runner. */
    soon: () => void beat(),
    /** Tells what the task has left to tell, before its outcome ends the lease; an API that is away costs it that, not the outcome. */
    async lastWords(task: HeldTask): Promise<void> {
      for (let words = 0; !task.notes.isEmpty() && words < maxLastWords; words += 1) if (!(await send([task]))) return;
    },
    stop(): void {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
