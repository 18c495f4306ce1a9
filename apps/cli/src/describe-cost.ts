import type { Money, Run } from "@whetstone/schemas/api";
import { formatCount, formatMoney, formatSeconds } from "./units.ts";

/** What a run has cost so far, in a line; empty where nobody counted. */
export function describeCost({ budget: { spent } }: Pick<Run, "budget">): string {
  const { runnerSeconds, tokens, money } = spent;
  return [
    ...(money ? [formatMoney(money)] : []),
    ...(runnerSeconds === null ? [] : [`${formatSeconds(runnerSeconds)} of runners`]),
    ...(tokens ? [`${formatCount(tokens)} tokens`] : []),
  ].join(", ");
}

/** What is spent of each limit; empty without a budget. */
export function describeBudget({ budget: { limits, spent } }: Pick<Run, "budget">): string {
  const { runnerSeconds, tokens, money } = limits ?? {};
  const say = (so: Money | null): string => (so ? formatMoney(so) : "?");
  return [
    ...(money ? [`${say(spent.money)} of ${formatMoney(money)}`] : []),
    ...(runnerSeconds === undefined
      ? []
      : [`${formatSeconds(spent.runnerSeconds ?? 0)} of ${formatSeconds(runnerSeconds)} of runners`]),
    ...(tokens === undefined ? [] : [`${formatCount(spent.tokens ?? 0)} of ${formatCount(tokens)} tokens`]),
  ].join(", ");
}
