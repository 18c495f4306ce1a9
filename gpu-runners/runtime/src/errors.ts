export type Fate = "final" | "retry";

/** An expected failure of a task. `final`: no other attempt can do better. `retry`: one may. */
export class TaskError extends Error {
  readonly code: string;
  readonly fate: Fate;

  constructor(code: string, message: string, options: ErrorOptions & { fate?: Fate } = {}) {
    super(message, options);
    this.name = "TaskError";
    this.code = code;
    this.fate = options.fate ?? "retry";
  }
}

/** Why a task was stopped from outside; its work is dropped without a word about failure. */
export class TaskStopped extends Error {
  readonly state: "cancelled" | "lost" | "released";

  constructor(state: "cancelled" | "lost" | "released") {
    super(`the task was ${state}`);
    this.name = "TaskStopped";
    this.state = state;
  }
}
