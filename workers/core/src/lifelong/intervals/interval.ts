import { quantile } from "../arithmetic/quantile.ts";

/** A confidence interval and how it came about. */
export interface Interval {
  low: number;
  high: number;
  /** Share of the time it is meant to hold the truth. */
  confidence: number;
  method: "bca-over-lifetimes" | "block-bootstrap";
  /** Lifetimes, or resamples that gave a value. */
  count: number;
}

export const confidence = 0.95;

/** Between two quantiles of the resamples. */
export function between(values: Float64Array, lowShare: number, highShare: number): { low: number; high: number } {
  const sorted = values.toSorted();
  return { low: quantile(sorted, lowShare), high: quantile(sorted, highShare) };
}
