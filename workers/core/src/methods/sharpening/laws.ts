/** Chances of each text of one query, the likeliest first or not; they sum to 1. */
type Chances = readonly number[];

const likeliest = (chances: Chances): number => Math.max(...chances);

/** Draws after which the likeliest text has been seen with chance 1 - rho (Prop. C.1): exactly, and by the bound that is easier to prove with. */
export function drawsNeeded(chance: number, rho: number): { exact: number; bound: number } {
  return {
    exact: Math.ceil(Math.log(rho) / Math.log1p(-chance)),
    bound: Math.ceil(Math.log(1 / rho) / chance),
  };
}

/** Coverage coefficient (eq. 6): how many draws a likeliest text takes, on the mean over queries. */
export function coverage(chancesOfBest: Chances): number {
  return chancesOfBest.reduce((sum, chance) => sum + 1 / chance, 0) / chancesOfBest.length;
}

/** Smallest epsilon for which a policy is (epsilon, delta)-sharpened (Def. 3.1): share of queries with less than 1 - delta on their best texts. */
export function smallestEpsilon(massOnBest: Chances, delta: number): number {
  return massOnBest.filter((mass) => mass < 1 - delta).length / massOnBest.length;
}

/** Law of best-of-N by log-probability: of texts in the order given, how often each wins. Equal chances count as the earlier one's. */
export function bestOfLaw(chances: Chances, draws: number): number[] {
  const order = chances.map((_, i) => i).toSorted((a, b) => (chances[b] ?? 0) - (chances[a] ?? 0) || a - b);
  const law = chances.map(() => 0);
  let tail = 1;
  for (const index of order) {
    const next = Math.max(0, tail - (chances[index] ?? 0));
    law[index] = tail ** draws - next ** draws;
    tail = next;
  }
  return law;
}

/** Mean log-probability, under the first weights, of what best-of-N leaves; with endless draws that of the likeliest. */
export function meanLogProb(chances: Chances, draws: number): number {
  if (draws === Number.POSITIVE_INFINITY) return Math.log(likeliest(chances));
  return bestOfLaw(chances, draws).reduce(
    (sum, share, i) => sum + (share > 0 ? share * Math.log(chances[i] ?? 0) : 0),
    0,
  );
}

/** Gain over the first weights' greedy accuracy, in per cent of it. */
export function liftPercent(accuracy: number, greedy: number): number {
  return (100 * (accuracy - greedy)) / greedy;
}
