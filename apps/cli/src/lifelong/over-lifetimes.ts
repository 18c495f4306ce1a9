import { intervalOverLifetimes, type Interval, type LifetimeMetric } from "@whetstone/core/lifelong";
import type { MeasuredLog } from "./load-lifetime.ts";

export interface LifetimeMean {
  mean: number;
  /** Lifetimes that have a value. */
  count: number;
  interval: Interval | null;
}

/** Mean of each metric over the lifetimes that have it, with its interval. */
export function overLifetimes(logs: readonly MeasuredLog[]): Record<string, LifetimeMean> {
  const names = new Set(logs.flatMap(({ result }) => Object.keys(result.lifetime) as LifetimeMetric[]));
  return Object.fromEntries(
    [...names].map((name): [string, LifetimeMean] => {
      const values = logs.map(({ result }) => result.lifetime[name] ?? Number.NaN).filter(Number.isFinite);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [name, { mean, count: values.length, interval: intervalOverLifetimes(values) ?? null }];
    }),
  );
}
