import type { MeasureSettings, Monitors } from "@whetstone/schemas/api";
import type { SampleTable } from "../methods/method.ts";
import { distinctCorrect, passAtK, rewardAtK } from "../methods/rows/pass-at-k.ts";
import { greedyRows, groupByQuery, type Row } from "../methods/rows/rows.ts";
import { wilsonInterval } from "../statistics/wilson.ts";

/** Held-out queries asked of one set of weights: one greedy text each and K at temperature 1. */
export interface MeasuredTables {
  heldOut: SampleTable;
  /** Old tasks. */
  retention?: SampleTable | undefined;
  /** Held-out texts whose reward a frozen judge gave. */
  judge?: SampleTable | undefined;
}

export interface MeasureContext {
  settings: Pick<MeasureSettings, "count" | "atLeast">;
  /** Iteration 0's, against which rises are told; null for iteration 0 itself. */
  first: Monitors | null;
  /** Of the samples the iteration drew to learn from. */
  keptShare: number | null;
}

type Share = Monitors["verified"];

export function monitor(tables: MeasuredTables, { settings, first, keptShare }: MeasureContext): Monitors {
  const greedy = [...greedyRows(tables.heldOut).values()];
  const queries = [...groupByQuery(tables.heldOut).values()];
  const drawn = queries.length > 0 ? queries.flat() : greedy;
  const rewards = drawn.map(({ reward }) => reward).filter((reward) => Number.isFinite(reward));
  const bars = [...new Set([1, ...settings.atLeast])].map((atLeast) => ({ k: settings.count, atLeast }));
  const asked = bars.filter(({ k, atLeast }) => atLeast <= k);

  const monitors = {
    verified: shareCorrect(greedy),
    passAtK: asked.map((bar) => ({ ...bar, value: passAtK(queries, bar) })),
    rewardAtK: rewards.length === 0 ? [] : asked.map((bar) => ({ ...bar, value: rewardAtK(queries, bar) })),
    distinct: distinctCorrect(queries),
    duplicateRate: meanOf(queries.map((rows) => 1 - new Set(rows.map(({ key }) => key)).size / rows.length)) ?? 0,
    unparsed: meanOf(drawn.map(({ answer }) => (answer === null ? 1 : 0))) ?? 0,
    meanTokens: meanOf(drawn.map(({ tokens }) => tokens)) ?? 0,
    entropy: meanOf(drawn.map(({ logProb }) => -logProb).filter((value) => Number.isFinite(value))) ?? 0,
    keptShare,
    meanReward: meanOf(rewards),
    rewardDeviation: deviationOf(rewards),
    frozenJudge: tables.judge ? meanOf(rewardsOf(tables.judge)) : null,
    retention: tables.retention ? shareCorrect([...greedyRows(tables.retention).values()]) : null,
    slices: bySlice(tables.heldOut, greedy),
  };
  return { ...monitors, rewardGap: rewardGap(monitors, first) };
}

/** Both rises in deviations at iteration 0; a rise in reward that no rise in right answers matches is gaming. */
function rewardGap(now: Pick<Monitors, "meanReward" | "verified">, first: Monitors | null): number | null {
  if (now.meanReward === null || !first || first.meanReward === null || !first.rewardDeviation) return null;
  // Laplace's share, so that nothing right, or nothing wrong, still has a deviation.
  const share = (first.verified.value * first.verified.count + 1) / (first.verified.count + 2);
  const verifiedRise = (now.verified.value - first.verified.value) / Math.sqrt(share * (1 - share));
  return (now.meanReward - first.meanReward) / first.rewardDeviation - verifiedRise;
}

function bySlice(table: SampleTable, greedy: readonly Row[]): Monitors["slices"] {
  const slices = Map.groupBy(greedy, ({ index }) => table.slice[index] ?? "");
  return [...slices]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([slice, rows]) => ({ slice, verified: shareCorrect(rows) }));
}

function shareCorrect(rows: readonly Row[]): Share {
  const correct = rows.filter(({ isCorrect }) => isCorrect).length;
  const count = rows.length;
  return { value: count === 0 ? 0 : correct / count, ...wilsonInterval(correct, count), count };
}

function rewardsOf(table: SampleTable): number[] {
  return [...table.reward.subarray(0, table.rowCount)].filter((value) => Number.isFinite(value));
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number | null {
  const centre = meanOf(values);
  if (centre === null || values.length < 2) return null;
  return Math.sqrt(meanOf(values.map((value) => (value - centre) ** 2)) ?? 0);
}
