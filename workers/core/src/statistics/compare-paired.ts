import { drawBinomial, fairTossPValue } from "./binomial.ts";
import { bootstrapInterval, type Interval, mean, quantile } from "./bootstrap.ts";
import { createRandom } from "./create-random.ts";

export interface PairedComparison {
  count: number;
  /** Means of the two, and of `b - a`. */
  a: number;
  b: number;
  difference: number;
  /** 95 % percentile interval of the difference; units are drawn with both their values. */
  interval: Interval | null;
  /** Units on which only `a` or only `b` is right; for shares, is better. */
  onlyA: number;
  onlyB: number;
  /** McNemar's exact test, two-sided, on those; for shares it is the sign test. */
  pValue: number;
}

const resamples = 2000;
/** Differences of right and wrong take three values, of Jaccard scores some dozens: those are drawn by number, not one by one. */
const maxDistinct = 64;

/** Two models on the same units: 1 or 0 each, or a share. */
export function comparePaired(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { seed }: { seed: number },
): PairedComparison {
  if (a.length !== b.length) throw new RangeError(`${a.length} values can't be paired with ${b.length}`);
  const differences = Float64Array.from(a, (value, i) => (b[i] ?? 0) - value);
  const onlyA = differences.reduce((sum, value) => sum + (value < 0 ? 1 : 0), 0);
  const onlyB = differences.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  return {
    count: differences.length,
    a: mean(Float64Array.from(a)),
    b: mean(Float64Array.from(b)),
    difference: mean(differences),
    interval: intervalOfMean(differences, seed),
    onlyA,
    onlyB,
    pValue: fairTossPValue(onlyB, onlyA + onlyB),
  };
}

function intervalOfMean(values: Float64Array, seed: number): Interval | null {
  if (values.length < 2) return null;
  const counts = new Map<number, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > maxDistinct) return bootstrapInterval(values, mean, { seed, resamples });
  }
  const random = createRandom(seed);
  const groups = [...counts];
  const means = Array.from({ length: resamples }, () => drawSum(groups, values.length, random) / values.length);
  const sorted = means.toSorted((x, y) => x - y);
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Sum of a resample: how often each distinct value is drawn is multinomial, drawn as binomials one after the other. */
function drawSum(groups: readonly [number, number][], count: number, random: () => number): number {
  let sum = 0;
  let draws = count;
  let rest = count;
  for (const [value, size] of groups) {
    const drawn = drawBinomial({ n: draws, p: size / rest }, random);
    sum += value * drawn;
    draws -= drawn;
    rest -= size;
  }
  return sum;
}
