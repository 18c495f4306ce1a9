import type { Loop, Run } from "@whetstone/schemas/api";
import { toCount, toDuration, toMoney } from "../lib/numbers.ts";
import { strings } from "../strings.ts";

const { budget: words } = strings;
const secondsPerHour = 3600;

export interface Bar {
  name: string;
  spent: string;
  limit: string | undefined;
  /** Percent of the limit. */
  share: number | undefined;
}

export function barsOfLoop({ limits, spent }: Loop["budget"]): Bar[] {
  const { money } = limits;
  return [
    toBar(words.samples, [spent.samples, limits.samples], toCount),
    toBar(words.tokens, [spent.tokens, limits.tokens], toCount),
    toBar(words.gpuTime, [spent.gpuSeconds, limits.gpuSeconds], toTime),
    toBar(words.workTime, [spent.wallSeconds, limits.wallSeconds], toTime),
    ...(money
      ? [
          toBar(words.money, [(spent.gpuSeconds / secondsPerHour) * (money.perGpuHour ?? 0), money.amount], (amount) =>
            toMoney({ amount, currency: money.currency }),
          ),
        ]
      : []),
  ];
}

export function barsOfRun({ limits, spent }: Run["budget"]): Bar[] {
  const currency = spent.money?.currency ?? limits?.money?.currency ?? "";
  return [
    toBar(words.money, [spent.money?.amount ?? null, limits?.money?.amount], (amount) => toMoney({ amount, currency })),
    toBar(words.runnerTime, [spent.runnerSeconds, limits?.runnerSeconds], toTime),
    toBar(words.tokens, [spent.tokens, limits?.tokens], toCount),
  ];
}

const toTime = (seconds: number): string => toDuration(1000 * seconds);

/** What is spent may not be known. */
function toBar(name: string, [spent, limit]: [number | null, number | undefined], say: (value: number) => string): Bar {
  return {
    name,
    spent: spent === null ? "–" : say(spent),
    limit: limit === undefined ? undefined : say(limit),
    share: limit === undefined ? undefined : (100 * (spent ?? 0)) / limit,
  };
}
