import type { Step } from "../methods/method.ts";
import type { FinishedStep, LoopHistory, LoopSpec, Spent } from "./loop-spec.ts";

const secondsPerHour = 3600;

/** Which limit the step would cross, in a sentence; undefined when there is room for it. */
export function findCrossed(spec: LoopSpec, history: LoopHistory, step: Step): string | undefined {
  const next = estimate(spec, history, step);
  const after = sum(history.spent, next);
  const { samples, tokens, gpuSeconds, wallSeconds, money } = spec.budget;
  const perSecond = (money?.perGpuHour ?? 0) / secondsPerHour;
  const bars = [
    { what: "samples", limit: samples, spent: history.spent.samples, after: after.samples },
    { what: "tokens", limit: tokens, spent: history.spent.tokens, after: after.tokens },
    { what: "GPU seconds", limit: gpuSeconds, spent: history.spent.gpuSeconds, after: after.gpuSeconds },
    { what: "seconds", limit: wallSeconds, spent: history.spent.wallSeconds, after: after.wallSeconds },
    {
      what: money?.currency ?? "",
      limit: money?.amount,
      spent: history.spent.gpuSeconds * perSecond,
      after: after.gpuSeconds * perSecond,
    },
  ];
  const crossed = bars.find(
    ({ limit, after: total, spent }) => limit !== undefined && (total > limit || spent >= limit),
  );
  if (!crossed) return undefined;
  const { what, limit, spent, after: total } = crossed;
  return `the budget of ${limit} ${what} has ${round(spent)} spent, and step ${step.name} would make it about ${round(total)}`;
}

/** What a step will cost, from what its like did cost so far; what nobody knows yet counts as its bound or as nothing. */
function estimate(spec: LoopSpec, { iterations }: LoopHistory, step: Step): Spent {
  const finished = iterations.flatMap(({ steps }) => steps).filter(({ status }) => status === "succeeded");
  const alike = finished.findLast((one) => one.step.name === step.name);
  if (step.kind !== "sample") {
    const seconds = alike?.seconds ?? 0;
    return { samples: 0, tokens: 0, gpuSeconds: step.kind === "learn" ? seconds : 0, wallSeconds: seconds };
  }
  const samples = countRows(step, finished);
  const all = sumOf(finished);
  const tokens = samples * (all.samples > 0 ? all.tokens / all.samples : spec.maxTokens);
  const gpuSeconds = samples * (all.samples > 0 ? all.seconds / all.samples : 0);
  return { samples, tokens, gpuSeconds, wallSeconds: gpuSeconds };
}

function countRows({ draw, rows }: Extract<Step, { kind: "sample" }>, finished: readonly FinishedStep[]): number {
  const perQuery = draw.count * (draw.temperatures?.length ?? 1) + (draw.greedy === true ? 1 : 0);
  const sameSplit = finished.findLast((one) => one.step.kind === "sample" && one.step.draw.split === draw.split);
  const known =
    rows === undefined
      ? (draw.queries ?? countOf(sameSplit, "queries"))
      : countOf(
          finished.findLast((one) => one.step.name === rows),
          "rows",
        );
  return known * perQuery;
}

function sumOf(finished: readonly FinishedStep[]): { samples: number; tokens: number; seconds: number } {
  const drawn = finished.filter((one) => one.step.kind === "sample");
  return drawn.reduce(
    (total, one) => ({
      samples: total.samples + countOf(one, "samples"),
      tokens: total.tokens + countOf(one, "tokens"),
      seconds: total.seconds + one.seconds,
    }),
    { samples: 0, tokens: 0, seconds: 0 },
  );
}

/** A sum over the tasks of a step. */
export function countOf(step: FinishedStep | undefined, name: string): number {
  const counts = step?.summary["counts"];
  const value = typeof counts === "object" && counts !== null ? (counts as Record<string, unknown>)[name] : undefined;
  return typeof value === "number" ? value : 0;
}

export const nothingSpent: Spent = { samples: 0, tokens: 0, gpuSeconds: 0, wallSeconds: 0 };

export function sum(a: Spent, b: Spent): Spent {
  return {
    samples: a.samples + b.samples,
    tokens: a.tokens + b.tokens,
    gpuSeconds: a.gpuSeconds + b.gpuSeconds,
    wallSeconds: a.wallSeconds + b.wallSeconds,
  };
}

/** What a finished step did cost. Reducing runs on processors. */
export function costOf(step: FinishedStep): Spent {
  const isDrawn = step.step.kind === "sample";
  return {
    samples: isDrawn ? countOf(step, "samples") : 0,
    tokens: isDrawn ? countOf(step, "tokens") : 0,
    gpuSeconds: step.step.kind === "reduce" ? 0 : step.seconds,
    wallSeconds: step.seconds,
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
