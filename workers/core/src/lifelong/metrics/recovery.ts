import { median } from "../arithmetic/sums.ts";
import { perExperience, slice } from "../curve.ts";
import { LifelongError } from "../error.ts";
import { isCompat } from "../options.ts";
import { unique } from "../regimes.ts";
import type { Board } from "./board.ts";
import { dropNaN } from "./regime-stats.ts";

export interface Recovery {
  /** Experiences until the level of before was reached again, by line of the block table; empty when nothing was trained twice. */
  times: Map<number, number>;
  /** Performance recovery by line. Undefined when the lifetime has fewer than two times. */
  slopes: Map<number, number> | undefined;
}

/**
 * Performance recovery: for each later training regime of a task, how many experiences it takes to reach the terminal performance of
 * the one before; then minus the Theil-Sen slope of these times. Positive: recovers faster and faster.
 */
export function measureRecovery(board: Board): Recovery {
  const times = new Map<number, number>();
  for (const task of unique(board.lines.map((line) => line.task))) {
    const trained = [...board.lines.entries()].filter(
      ([, line]) => line.task === task && line.blockType === "train" && line.subtype === "wake",
    );
    for (const [i, [at]] of trained.entries()) {
      const before = trained[i - 1];
      if (before) times.set(at, timeToRecover(board, at, board.stats.terminal[before[0]] ?? Number.NaN));
    }
  }
  const counted = [...times.values()].filter((time) => !Number.isNaN(time));
  if (counted.length <= 1) {
    board.warn("performance recovery needs a task that is trained at least three times");
    return { times, slopes: undefined };
  }
  return { times, slopes: toSlopes(board, times) };
}

function timeToRecover({ regimes, curve, options }: Board, number: number, level: number): number {
  const regime = regimes[number];
  if (!regime) throw new LifelongError("task_params change inside a block; l2metrics stops here, run without --compat");
  const part = slice(curve, regime.start, regime.end);
  const values = dropNaN(perExperience(part));
  if (values.length === 0) return Number.NaN;
  const index = values.findIndex((value) => value >= level);
  if (index >= 0) return index;
  // The reference program counts rows here and experiences above.
  return (isCompat(options) ? part.values.length : values.length) + 1;
}

function toSlopes({ lines, warn }: Board, times: Map<number, number>): Map<number, number> {
  const slopes = new Map<number, number>();
  for (const task of unique(lines.map((line) => line.task))) {
    const own = [...lines.entries()].filter(([, line]) => line.task === task);
    const y = own.map(([at]) => times.get(at) ?? Number.NaN).filter((time) => !Number.isNaN(time));
    if (y.length > 1) slopes.set(Math.max(...own.map(([, line]) => line.regime)), -theilSen(y));
    else if (own.some(([, line]) => line.blockType === "train"))
      warn(`performance recovery of ${task} needs it trained at least three times`);
  }
  return slopes;
}

/** Median of the slopes of all pairs. */
function theilSen(y: readonly number[]): number {
  const slopes: number[] = [];
  for (let j = 1; j < y.length; j++)
    for (let i = 0; i < j; i++) slopes.push(((y[j] as number) - (y[i] as number)) / (j - i));
  return median(Float64Array.from(slopes));
}
