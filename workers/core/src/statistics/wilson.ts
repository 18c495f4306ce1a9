import { normalQuantile } from "./normal.ts";

/** Wilson's interval of a share: `successes` of `count`. The whole range where nothing was counted. */
export function wilsonInterval(successes: number, count: number, level = 0.95): { low: number; high: number } {
  if (count === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + level) / 2);
  const share = successes / count;
  const scale = 1 + (z * z) / count;
  const centre = (share + (z * z) / (2 * count)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
