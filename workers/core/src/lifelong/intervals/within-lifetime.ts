import { computeMetrics, type LifetimeInput, type LifetimeResult } from "../compute-metrics.ts";
import type { LogTable } from "../log/log-table.ts";
import type { LifetimeMetric } from "../metrics/lifetime-metrics.ts";
import type { Regime } from "../regimes.ts";
import { createRandom } from "../random.ts";
import { smooth } from "../smooth.ts";
import { between, confidence, type Interval } from "./interval.ts";

export type Intervals = Partial<Record<LifetimeMetric, Interval>>;

export interface WithinOptions {
  resamples: number;
  seed?: number;
}

const fewestValues = 20;

/**
 * Intervals of a single lifetime's metrics: what other noise along the same curves would have given. Within each regime the measure is split
 * into its trend (the smoothed curve in training, the mean in evaluation) and what is left, which is drawn anew in circular blocks of
 * about n^(1/3) experiences, so that neighbours stay together (Politis & Romano 1992); then everything is computed again. Percentile
 * intervals. Experts are taken as known. This says nothing about another lifetime: see `intervalOverLifetimes` for that.
 */
export function intervalsWithinLifetime(
  result: LifetimeResult,
  experts: LifetimeInput["experts"],
  { resamples, seed = 1 }: WithinOptions,
): Intervals {
  if (resamples === 0) return {};
  const random = createRandom(seed);
  const parts = result.board.regimes.map((regime) => split(result.raw, regime));
  const drawn = new Map<LifetimeMetric, number[]>();
  for (let i = 0; i < resamples; i++) {
    const table = { ...result.table, value: draw(result.table, parts, random) };
    const { lifetime } = computeMetrics({ table, ...(experts ? { experts } : {}) }, result.options);
    for (const [name, value] of Object.entries(lifetime) as [LifetimeMetric, number][]) {
      if (!drawn.has(name)) drawn.set(name, []);
      if (Number.isFinite(value)) drawn.get(name)?.push(value);
    }
  }
  const tail = (1 - confidence) / 2;
  return Object.fromEntries(
    [...drawn]
      .filter(([, values]) => values.length >= fewestValues)
      .map(([name, values]): [string, Interval] => {
        const ends = between(Float64Array.from(values), tail, 1 - tail);
        return [name, { ...ends, confidence, method: "block-bootstrap", count: values.length }];
      }),
  );
}

interface Part {
  start: number;
  trend: Float64Array;
  rest: Float64Array;
}

function split(raw: Float64Array, { start, end, blockType }: Regime): Part {
  const values = raw.subarray(start, end);
  // A training regime too short to be smoothed is left as it is.
  let trend = smooth(values, { window: "flat", isCentred: true });
  if (blockType === "test") {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    trend = new Float64Array(values.length).fill(mean);
  }
  return { start, trend, rest: values.map((value, i) => value - (trend[i] as number)) };
}

function draw(table: LogTable, parts: readonly Part[], random: () => number): Float64Array {
  const values = new Float64Array(table.length);
  for (const { start, trend, rest } of parts) {
    const width = Math.max(1, Math.round(Math.cbrt(rest.length)));
    let from = 0;
    for (let i = 0; i < rest.length; i++) {
      if (i % width === 0) from = Math.floor(random() * rest.length);
      values[start + i] = (trend[i] as number) + (rest[(from + (i % width)) % rest.length] as number);
    }
  }
  return values;
}
