import { mean } from "../arithmetic/sums.ts";
import { perExperience, slice, type Curve } from "../curve.ts";
import { isCompat, type LifelongOptions } from "../options.ts";
import { toSmoothing } from "../preprocess.ts";
import type { Regime } from "../regimes.ts";
import { smooth } from "../smooth.ts";
import { countedRegimes, type RegimeStats } from "./board.ts";

const terminalShare = 0.1;
const tolerance = 1e-9;

export interface Saturation {
  /** Highest level of the smoothed curve. */
  level: number;
  /** Experiences, from 0, until it is first reached. */
  exp: number;
}

/** Saturation, terminal and average performance of every regime. */
export function measureRegimes(regimes: readonly Regime[], curve: Curve, options: LifelongOptions): RegimeStats {
  const column = (): Float64Array => new Float64Array(regimes.length).fill(Number.NaN);
  const stats = {
    saturation: column(),
    expToSaturation: column(),
    terminal: column(),
    expToTerminal: column(),
    average: column(),
  };
  // The reference program gives no average where a regime doesn't count.
  const counted = new Set(countedRegimes(regimes).map(({ number }) => number));
  for (const { number, start, end, blockType } of regimes) {
    const part = slice(curve, start, end);
    const isSmoothed = blockType === "train" || options.smoothEvalData;
    const saturation = findSaturation(perExperience(part), { options, isSmoothed });
    const terminal = findTerminal(perExperience(part), blockType);
    stats.saturation[number] = saturation.level;
    stats.expToSaturation[number] = saturation.exp;
    stats.terminal[number] = terminal.level;
    stats.expToTerminal[number] = terminal.exp;
    stats.average[number] = isCompat(options) && !counted.has(number) ? Number.NaN : mean(dropNaN(part.values));
  }
  return stats;
}

/**
 * The reference program smooths here by its default flat window, whatever was asked for and even what is smooth already; corrected,
 * a curve is smoothed once, as asked. It takes the first value equal to the maximum, corrected the first within 1e-9 of it, since
 * rounding alone decides between values that are equal on paper.
 */
export function findSaturation(
  values: Float64Array,
  { options, isSmoothed }: { options: LifelongOptions; isSmoothed: boolean },
): Saturation {
  const smoothing = isSmoothed ? undefined : toSmoothing(options);
  let curve = values;
  if (isCompat(options)) curve = smooth(values, { window: "flat" });
  else if (smoothing) curve = smooth(values, smoothing);
  curve = dropNaN(curve);
  if (curve.length === 0) return { level: Number.NaN, exp: Number.NaN };
  let level = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < curve.length; i++) if ((curve[i] as number) > level) level = curve[i] as number;
  const enough = isCompat(options) ? level : level - tolerance * Math.max(1, Math.abs(level));
  return { level, exp: curve.findIndex((value) => value >= enough) };
}

/** Mean of the last tenth of a training regime (at least one value), of the whole of a test regime. */
export function findTerminal(values: Float64Array, blockType: "train" | "test"): Saturation {
  const curve = dropNaN(values);
  if (curve.length === 0) return { level: Number.NaN, exp: Number.NaN };
  const share = blockType === "test" ? 1 : terminalShare;
  const first = Math.trunc((1 - share) * curve.length);
  return { level: mean(curve, first), exp: Math.trunc((1 - share / 2) * curve.length) };
}

export function dropNaN(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++)
    if (Number.isNaN(values[i])) return values.filter((value) => !Number.isNaN(value));
  return values;
}
