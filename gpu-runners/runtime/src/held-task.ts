import type { Checkpoint, Lease, LentTask } from "@whetstone/schemas/tasks";
import type { Progress } from "@whetstone/schemas/api";
import { TaskStopped } from "./errors.ts";
import { createNotes, type Notes } from "./notes.ts";

/** A lease this runner holds, from the claim until its outcome is answered. */
export interface HeldTask {
  task: LentTask;
  lease: Lease;
  /** `waiting`: inputs are being fetched. `running`: the handler has it. `storing`: last uploads. `reporting`: its outcome is on its way. */
  state: "waiting" | "running" | "storing" | "reporting";
  progress: Progress | undefined;
  checkpoint: Checkpoint | undefined;
  notes: Notes;
  signal: AbortSignal;
  stop(state: TaskStopped["state"]): void;
}

export function holdTask(task: LentTask): HeldTask {
  const controller = new AbortController();
  return {
    task,
    lease: { taskId: task.taskId, attempt: task.attempt, lease: task.lease },
    state: "waiting",
    progress: undefined,
    checkpoint: undefined,
    notes: createNotes(),
    signal: controller.signal,
    stop: (state) => controller.abort(new TaskStopped(state)),
  };
}
