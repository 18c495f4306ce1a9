import { rankBy } from "../rows/best-of.ts";
import type { Row } from "../rows/rows.ts";
import { balanceScore } from "./balance-score.ts";

type Rewarded = Pick<Row, "key" | "isCorrect" | "reward" | "temperature">;

export interface Balance {
  temperature: number;
  threshold: number;
  score: number;
}

export interface BalanceSearch extends Balance {
  grid: Balance[];
}

/**
 * The temperature and threshold (keep if reward is above it) whose mean balance score is highest. Contents count once.
 * Equal scores: lowest temperature, then highest threshold.
 */
export function searchBalance(
  queries: readonly (readonly Rewarded[])[],
  {
    temperatures,
    thresholds,
    target,
  }: { temperatures: readonly number[]; thresholds: readonly number[]; target: number },
): BalanceSearch {
  const falling = [...thresholds].toSorted((a, b) => b - a);
  const byTemperature = queries.map((rows) => Map.groupBy(rows, ({ temperature }) => temperature));
  const grid = [...temperatures]
    .toSorted((a, b) => a - b)
    .flatMap((temperature) => {
      const sums = new Float64Array(falling.length);
      for (const rows of byTemperature)
        addScores(sums, bestOfContents(rows.get(temperature) ?? []), { falling, target });
      return falling.map((threshold, i) => ({ temperature, threshold, score: (sums[i] ?? 0) / (queries.length || 1) }));
    });
  const [best] = rankBy(grid, ({ score }) => score);
  if (!best) throw new RangeError("a grid needs at least one temperature and one threshold");
  return { ...best, grid };
}

/** One pass down the rewards serves all thresholds. */
function addScores(
  sums: Float64Array,
  rows: readonly Rewarded[],
  { falling, target }: { falling: readonly number[]; target: number },
): void {
  let next = 0;
  let right = 0;
  for (const [i, threshold] of falling.entries()) {
    for (let row = rows[next]; row && row.reward > threshold; row = rows[next]) {
      if (row.isCorrect) right += 1;
      next += 1;
    }
    sums[i] = (sums[i] ?? 0) + balanceScore({ right, kept: next, target });
  }
}

/** Best rewarded first, each content once. */
function bestOfContents(rows: readonly Rewarded[]): Rewarded[] {
  const seen = new Set<string>();
  const ranked = rows.filter(({ reward }) => !Number.isNaN(reward)).toSorted((a, b) => b.reward - a.reward);
  return ranked.filter(({ key }) => !seen.has(key) && seen.add(key));
}
