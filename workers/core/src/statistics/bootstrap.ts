import { createRandom } from "./create-random.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

export interface Interval {
  low: number;
  high: number;
}
export interface BootstrapOptions {
  seed: number;
  /** Share of the intervals that hold the true value in the long run. Default 0.95. */
  level?: number;
  resamples?: number;
  /**
   * `percentile`: quantiles of the resampled statistic. `bca`: corrected for bias and acceleration (Efron 1987), better for small or
   * skewed samples. Default `percentile`.
   */
  method?: "percentile" | "bca";
  /** Draws runs of so many neighbours (round the end) instead of single values: for values in time order that depend on each other. */
  blockLength?: number;
}

type Statistic = (values: Float64Array) => number;

/**
 * Bootstrap interval of a statistic of independent values, or with `blockLength` of a series (circular block bootstrap, Politis & Romano
 * 1992). Null when there are fewer than two values, or the statistic is not a number in a tenth of the resamples.
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  statistic: Statistic,
  { seed, level = 0.95, resamples = 2000, method = "percentile", blockLength = 1 }: BootstrapOptions,
): Interval | null {
  const sample = Float64Array.from(values);
  if (sample.length < 2) return null;
  const random = createRandom(seed);
  const drawn = new Float64Array(sample.length);
  const found: number[] = [];
  for (let i = 0; i < resamples; i += 1) {
    draw(sample, drawn, { blockLength, random });
    const value = statistic(drawn);
    if (!Number.isNaN(value)) found.push(value);
  }
  if (found.length < 0.9 * resamples) return null;
  const sorted = Float64Array.from(found).toSorted();
  const tail = (1 - level) / 2;
  const shares = method === "bca" ? bcaShares(sample, statistic, { sorted, tail }) : { low: tail, high: 1 - tail };
  return { low: quantile(sorted, shares.low), high: quantile(sorted, shares.high) };
}

export const mean: Statistic = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Linear between order statistics, as NumPy's default. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

function draw(
  sample: Float64Array,
  drawn: Float64Array,
  { blockLength, random }: { blockLength: number; random: () => number },
): void {
  const { length } = sample;
  for (let i = 0; i < length;) {
    const start = Math.floor(random() * length);
    for (let j = 0; j < blockLength && i < length; j += 1, i += 1) drawn[i] = sample[(start + j) % length] ?? 0;
  }
}

/** Where to read the quantiles: bias from the share of resamples below the estimate, acceleration from the jackknife. */
function bcaShares(
  sample: Float64Array,
  statistic: Statistic,
  { sorted, tail }: { sorted: Float64Array; tail: number },
): { low: number; high: number } {
  const estimate = statistic(sample);
  let below = 0;
  for (const value of sorted) below += Number(value < estimate) + Number(value === estimate) / 2;
  const plain = { low: tail, high: 1 - tail };
  if (below === 0 || below === sorted.length) return plain;
  const bias = normalQuantile(below / sorted.length);
  const acceleration = accelerate(sample, statistic);
  const at = (share: number) => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  return { low: at(plain.low), high: at(plain.high) };
}

function accelerate(sample: Float64Array, statistic: Statistic): number {
  const left = Array.from(sample, (_, i) => statistic(sample.filter((__, j) => j !== i)));
  const center = left.reduce((sum, value) => sum + value, 0) / left.length;
  let squares = 0;
  let cubes = 0;
  for (const value of left) {
    squares += (center - value) ** 2;
    cubes += (center - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
