import type { Interval } from "@whetstone/schemas/api";
import { createRandom } from "./random.ts";

export const resamples = 1000;

/**
 * 95 % percentile intervals (Efron & Tibshirani 1993, chapter 13) of figures that depend on `count` units. `statistic` gets how often each unit
 * was drawn (the numbers add up to `count`) and fills in the figures; one that is not a number in a resample is left out of its interval.
 */
export function bootstrap<Name extends string>(
  names: readonly Name[],
  {
    count,
    seed,
    statistic,
  }: { count: number; seed: number; statistic: (weights: Uint16Array, figures: Float64Array) => void },
): Record<Name, Interval> {
  const random = createRandom(seed);
  const weights = new Uint16Array(count);
  const figures = new Float64Array(names.length);
  const drawn = names.map(() => new Float64Array(resamples));

  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    for (let i = 0; i < count; i++) {
      const unit = Math.floor(random() * count);
      weights[unit] = (weights[unit] ?? 0) + 1;
    }
    statistic(weights, figures);
    drawn.forEach((values, i) => (values[resample] = figures[i] ?? Number.NaN));
  }
  const intervals = names.map((name, i) => [name, toInterval(drawn[i] ?? new Float64Array())] as const);
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

/** Intervals of plain means over the same units. */
export function bootstrapMeans<Name extends string>(
  values: Record<Name, ArrayLike<number>>,
  seed: number,
): Record<Name, Interval> {
  const names = Object.keys(values) as Name[];
  const columns = names.map((name) => Float64Array.from(values[name]));
  const count = columns[0]?.length ?? 0;
  return bootstrap(names, {
    count,
    seed,
    statistic: (weights, figures) =>
      columns.forEach((column, i) => (figures[i] = weightedSum(column, weights) / count)),
  });
}

export function weightedSum(values: Float64Array, weights: Uint16Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (weights[i] ?? 0);
  return sum;
}

function toInterval(values: Float64Array): Interval {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Linear between order statistics, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place - Math.floor(place));
}
