import type { DoneStep, Step } from "./method.ts";

/** An iteration told as a story: each step it yields is answered by what the step, once done, said. */
export type Plan = Generator<Step, void, DoneStep["summary"]>;

/** The first step of the plan that is not done; undefined at its end. */
export function replay(plan: Plan, done: readonly DoneStep[]): Step | undefined {
  const summaries = new Map(done.map(({ step, summary }) => [step.name, summary]));
  let turn = plan.next();
  while (!turn.done) {
    const summary = summaries.get(turn.value.name);
    if (!summary) return turn.value;
    turn = plan.next(summary);
  }
  return undefined;
}

/** Whether a reducer left rows to learn from. */
export function keptAny(summary: DoneStep["summary"]): boolean {
  return typeof summary["kept"] === "number" && summary["kept"] > 0;
}
