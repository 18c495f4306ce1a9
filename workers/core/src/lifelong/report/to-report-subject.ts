import type { ReportLifetime, ReportMean, ReportSubject } from "@whetstone/schemas/api";
import { intervalOverLifetimes } from "../intervals/over-lifetimes.ts";

/** A subject with the means of its lifetimes. A single lifetime lends its own interval. */
export function toReportSubject(name: string, lifetimes: ReportLifetime[]): ReportSubject {
  const names = new Set(lifetimes.flatMap(({ metrics }) => Object.keys(metrics)));
  const means = Object.fromEntries([...names].map((metric) => [metric, toMean(metric, lifetimes)]));
  return { name, lifetimes, means };
}

function toMean(metric: string, lifetimes: readonly ReportLifetime[]): ReportMean {
  const values = lifetimes.map(({ metrics }) => metrics[metric] ?? null).filter((value) => value !== null);
  const [only] = lifetimes;
  const own = lifetimes.length === 1 ? only?.intervals[metric] : undefined;
  return {
    mean: values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null,
    lifetimeCount: values.length,
    interval: own ?? intervalOverLifetimes(values) ?? null,
  };
}
