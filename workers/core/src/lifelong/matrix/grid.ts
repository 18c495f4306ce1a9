import type { AccuracyMatrix } from "./accuracy-matrix.ts";

/** Looks into an accuracy matrix; steps and tasks count from 0. */
export interface Grid {
  steps: number;
  at(step: number, task: number): number | null;
  diagonal(task: number): number | null;
  /** After the last step. */
  last(task: number): number | null;
  /** Right before its own training, less the untrained model's. */
  ahead(task: number): number | null;
}

export function createGrid({ scores, baseline }: AccuracyMatrix): Grid {
  const at = (step: number, task: number): number | null => scores[step]?.[task] ?? null;
  return {
    steps: scores.length,
    at,
    diagonal: (task) => at(task, task),
    last: (task) => at(scores.length - 1, task),
    ahead(task) {
      const before = at(task - 1, task);
      const untrained = baseline?.[task] ?? null;
      return before === null || untrained === null ? null : before - untrained;
    },
  };
}
