import { rankBy } from "../rows/best-of.ts";
import type { Row } from "../rows/rows.ts";

export interface Preference {
  queryId: string;
  better: Row;
  worse: Row;
}

/** Best and worst of a query's texts, where a right one and a wrong one are there or their rewards lie `minGap` apart. */
export function preferenceOf(rows: readonly Row[], minGap: number): Preference | undefined {
  const ranked = rankBy(rows, worth);
  const [better, worse] = [ranked[0], ranked.at(-1)];
  if (!better || !worse || better.key === worse.key) return undefined;
  const isClear = better.isCorrect === worse.isCorrect ? better.reward - worse.reward >= minGap : true;
  return isClear && worth(better) > worth(worse) ? { queryId: better.queryId, better, worse } : undefined;
}

/** Being right counts before any reward. */
const worth = ({ isCorrect, reward }: Row): number =>
  (isCorrect ? 1e6 : 0) + (Number.isFinite(reward) ? Math.max(-1e5, Math.min(1e5, reward)) : 0);
