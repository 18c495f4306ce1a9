import { createRandom } from "../random.ts";
import { between, confidence, type Interval } from "./interval.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

const fewest = 3;

/**
 * Interval of a mean over lifetimes: bias-corrected and accelerated bootstrap (BCa; Efron 1987), lifetimes drawn with replacement.
 * Undefined below three lifetimes. Values must be numbers.
 */
export function intervalOverLifetimes(
  values: readonly number[],
  { resamples = 2000, seed = 1 }: { resamples?: number; seed?: number } = {},
): Interval | undefined {
  if (values.length < fewest) return undefined;
  const observed = mean(values);
  const means = resample(values, resamples, createRandom(seed));
  const below =
    means.filter((value) => value < observed).length + means.filter((value) => value === observed).length / 2;
  const method = "bca-over-lifetimes";
  const count = values.length;
  if (below === 0 || below === resamples) return { low: observed, high: observed, confidence, method, count };
  const bias = normalQuantile(below / resamples);
  const acceleration = accelerate(values);
  const adjust = (share: number): number => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const tail = (1 - confidence) / 2;
  return { ...between(means, adjust(tail), adjust(1 - tail)), confidence, method, count };
}

function resample(values: readonly number[], resamples: number, random: () => number): Float64Array {
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)] as number;
    return sum / values.length;
  });
}

/** From the skew of the means that leave one out. */
function accelerate(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  const left = values.map((value) => (total - value) / (values.length - 1));
  const centre = mean(left);
  let cubes = 0;
  let squares = 0;
  for (const value of left) {
    cubes += (centre - value) ** 3;
    squares += (centre - value) ** 2;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
