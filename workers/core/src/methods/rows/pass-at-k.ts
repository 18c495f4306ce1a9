import { rankBy } from "./best-of.ts";
import type { Row } from "./rows.ts";

type Graded = Pick<Row, "key" | "isCorrect" | "reward">;
type Bar = { k: number; atLeast: number };

/** Share of queries with at least S different right texts among their first K (B-STaR; plain shares, not the unbiased estimator). */
export function passAtK(queries: readonly (readonly Graded[])[], { k, atLeast }: Bar): number {
  return shareOf(queries, (rows) => countUniqueCorrect(rows.slice(0, k)) >= atLeast);
}

/** Share of queries whose S best rewarded of K are all right. Equal rewards: the earlier draw. */
export function rewardAtK(queries: readonly (readonly Graded[])[], { k, atLeast }: Bar): number {
  return shareOf(queries, (rows) => {
    const best = rankBy(rows.slice(0, k), ({ reward }) => reward).slice(0, atLeast);
    return best.length === atLeast && best.every(({ isCorrect }) => isCorrect);
  });
}

/** Unbiased pass@k from `correct` of `count` draws: 1 - C(n - c, k) / C(n, k). */
export function unbiasedPassAtK({ count, correct }: { count: number; correct: number }, k: number): number {
  if (k > count) throw new RangeError(`pass@${k} needs at least ${k} draws, not ${count}`);
  if (count - correct < k) return 1;
  let miss = 1;
  for (let i = 0; i < k; i += 1) miss *= (count - correct - i) / (count - i);
  return 1 - miss;
}

export function countUniqueCorrect(rows: readonly Graded[]): number {
  return new Set(rows.filter(({ isCorrect }) => isCorrect).map(({ key }) => key)).size;
}

/** Unique right texts over right texts, averaged over queries that have any; null where none has. */
export function distinctCorrect(queries: readonly (readonly Graded[])[]): number | null {
  const shares = queries.flatMap((rows) => {
    const correct = rows.filter(({ isCorrect }) => isCorrect).length;
    return correct === 0 ? [] : [countUniqueCorrect(rows) / correct];
  });
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(holds).length / items.length;
}
