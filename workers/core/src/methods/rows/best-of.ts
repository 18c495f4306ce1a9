/** Best first. Equal scores keep the order they came in, so the earlier draw wins; no score (NaN) comes last. */
export function rankBy<T>(rows: readonly T[], score: (row: T) => number): T[] {
  return rows
    .map((row, place) => ({ row, place, score: orLowest(score(row)) }))
    .toSorted((a, b) => (a.score === b.score ? a.place - b.place : b.score - a.score))
    .map(({ row }) => row);
}

/** The best of N; undefined where nothing has a score. */
export function bestOf<T>(rows: readonly T[], score: (row: T) => number): T | undefined {
  const [first] = rankBy(rows, score);
  return first !== undefined && orLowest(score(first)) > -Infinity ? first : undefined;
}

const orLowest = (score: number): number => (Number.isNaN(score) ? -Infinity : score);
