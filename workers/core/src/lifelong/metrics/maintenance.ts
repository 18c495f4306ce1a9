import { mean } from "../arithmetic/sums.ts";
import { unique } from "../regimes.ts";
import { countedRegimes, regimesOf, type Board } from "./board.ts";

export type MaintenanceMethod = "mrlep" | "mrtlp";

export interface Maintenance {
  /** Change since the reference, by test regime. */
  changes: Map<number, number>;
  /** Performance maintenance, by the last line of its task. */
  means: Map<number, number>;
}

/**
 * Performance maintenance: how an evaluation of a task differs from what was known right after it was last trained: from the first
 * evaluation after that (mrlep) or from the training's terminal performance (mrtlp). Negative: forgotten. Undefined when there
 * is no evaluation to compare.
 */
export function measureMaintenance(board: Board, method: MaintenanceMethod): Maintenance | undefined {
  const lines = countedRegimes(board.lines);
  const { terminal } = board.stats;
  const changes = new Map<number, number>();
  const tasks = unique(lines.map(({ task }) => task));
  for (const task of tasks) {
    const trained = regimesOf(lines, task, "train");
    const tested = regimesOf(lines, task, "test");
    const references = trained.flatMap((regime) => tested.find((test) => test > regime) ?? []);
    for (const test of tested) {
      const reference = references.findLast((each) => each < test);
      if (reference === undefined || references.includes(test)) continue;
      const from = method === "mrlep" ? reference : trained.findLast((each) => each < test);
      if (from !== undefined) changes.set(test, (terminal[test] as number) - (terminal[from] as number));
    }
  }
  if (changes.size === 0) return undefined;

  const means = new Map<number, number>();
  for (const task of tasks) {
    const own = [...board.lines.entries()].filter(([, line]) => line.task === task);
    const values = own.map(([at]) => changes.get(at) ?? Number.NaN).filter((value) => !Number.isNaN(value));
    const last = board.lines.findLastIndex((line) => line.task === task && lines.includes(line));
    if (values.length > 0) means.set(last, mean(Float64Array.from(values)));
  }
  return { changes, means };
}
