import type { Step } from "../methods/method.ts";
import type { FinishedStep } from "./loop-spec.ts";

export interface TaskOutcome {
  result: Record<string, unknown>;
  outputs: FinishedStep["outputs"][number];
  seconds: number;
}

/** The outcomes of a step's tasks as one: counts added up, the rest as the first of them said. */
export function finishStep(step: Step, outcomes: readonly TaskOutcome[]): FinishedStep {
  const results = outcomes.map(({ result }) => result);
  const counts: Record<string, number> = {};
  for (const result of results)
    for (const [name, value] of Object.entries((result["counts"] ?? {}) as Record<string, number>))
      counts[name] = (counts[name] ?? 0) + value;
  const [first] = results;
  const weights = first?.["weights"];
  // Of the work itself, without fetching and storing.
  const worked = results.reduce(
    (total, result) => total + (typeof result["seconds"] === "number" ? result["seconds"] : 0),
    0,
  );
  const isTimed = typeof first?.["seconds"] === "number";
  return {
    step,
    status: "succeeded",
    summary: {
      ...(first?.["summary"] as object | undefined),
      ...(weights === undefined ? {} : { weights }),
      ...(isTimed ? { workSeconds: worked } : {}),
      counts,
    },
    outputs: outcomes.map(({ outputs }) => outputs),
    seconds: outcomes.reduce((total, { seconds }) => total + seconds, 0),
  };
}
