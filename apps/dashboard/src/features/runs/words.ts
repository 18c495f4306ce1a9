import type { RunEvent } from "@whetstone/schemas/api";
import { toDuration } from "../../lib/numbers.ts";

export const words = {
  kind: "Kind",
  progress: "Progress",
  failed: "Failed tasks",
  none: "No runs yet",
  noneLead: "A run ingests, refines, trains or evaluates. It shows up here the moment it is asked for.",
  cancel: "Cancel the run",
  left: "Time left",
  took: "Took",
  waiting: "Waits for a runner",
  tasks: "Tasks",
  task: "Task",
  attempt: "Attempt",
  runner: "Runner",
  problem: "Problem",
  story: "Story",
  counts: "Counted",
  params: "Asked for",
  version: "version",
  model: "model",
  evaluation: "evaluation",
  noTasks: "No tasks yet",
  noTasksLead: "They are planned as the run begins.",
  map: "Tasks by state",
  perSquare: (count: number) => `A square stands for ${count} tasks and shows the most urgent of them.`,
  states: {
    failed: "failed",
    retried: "tried again",
    leased: "at work",
    waiting: "waiting",
    cancelled: "cancelled",
    doneRetried: "done after another try",
    done: "done",
  },
  retry: (count: number) => (count === 1 ? "Try the failed task again" : `Try ${count} failed tasks again`),
  failures: "What went wrong",
  code: "Code",
  retried: "Tried again",
  example: "For example",
  budget: "Cost so far against the budget",
  cost: "Cost so far",
  noPrices:
    "No money: as this run was asked for, the workspace had no prices, or none for the tokens of its model. Settings has the prices.",
  raise: "Raise the budget",
  raiseLead: "What is done is kept; the run goes on with what is left until these are spent.",
  runnerSeconds: "Time of runners, in seconds",
  goOn: "Go on",
  toLoop: "Iterations, monitors and gate of this loop",
  stages: "Stages",
  stageInput: "Takes in",
  stagePlan: "Plans",
  stageWork: "Tasks",
  stageClose: "Closes",
  stageOutput: "Makes",
  stageStates: { waiting: "waits", now: "now", done: "done", failed: "failed", nothing: "nothing" },
  times: (count: number) => `· ${count} times ·`,
} as const;

type Say = (of: (name: string) => string) => string;

/** What an event of a run's story says; `of` gives a value of its data. */
export const sentences: Partial<Record<RunEvent["type"], Say>> = {
  "run.queued": () => "Asked for",
  "run.running": () => "Began",
  "run.retried": (of) => {
    if (of("reason") === "budget") return "Goes on with a larger budget";
    return of("tasks") === "1" ? "Tries the failed task again" : `Tries ${of("tasks")} failed tasks again`;
  },
  "run.cancelling": () => "Is being cancelled",
  "run.succeeded": () => "Succeeded",
  "run.failed": () => "Failed",
  "run.cancelled": () => "Cancelled",
  "task.retried": (of) => `Task ${of("index")} is tried again after attempt ${of("attempt")}: ${of("code")}`,
  "task.failed": (of) => `Task ${of("index")} failed at attempt ${of("attempt")}: ${of("code")}`,
  "task.alarm": (of) => `Alarm at step ${of("step")}: ${of("code")}`,
  "task.stopped": (of) => `Ended early at step ${of("step")}: no look was better than that at step ${of("bestStep")}`,
  "stream.refused": (of) => `Its stream refused the experience: ${of("code")}`,
  "step.started": (of) => `Iteration ${of("iteration")}, ${of("step")}: began`,
  "step.finished": (of) =>
    `Iteration ${of("iteration")}, ${of("step")}: ${of("status")} after ${toDuration(1000 * Number(of("seconds")))}`,
  "iteration.finished": (of) => `Iteration ${of("iteration")}: ${of("status")}`,
  "loop.paused": () => "Paused",
  "loop.resumed": () => "Goes on",
  "loop.promoted": (of) => `Iteration ${of("iteration")} promoted by hand`,
};
