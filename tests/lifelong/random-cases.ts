import type { LifelongOptions } from "@whetstone/core/lifelong";
import type { Case } from "./cases.ts";
import { createRandom, type BlockPlan, type Curve, type LogPlan } from "./make-log.ts";

interface Luck {
  share(chance: number): boolean;
  between(low: number, high: number): number;
  pick<T>(values: readonly T[]): T;
  number(): number;
}

/** Lifetimes nobody thought of: blocks, tasks, curves, experts and options by chance; the same for the same number. */
export function makeRandomCases(count: number, first = 0): Case[] {
  return Array.from({ length: count }, (_, i) => makeRandomCase(first + i));
}

function makeRandomCase(seed: number): Case {
  const luck = createLuck(seed);
  const tasks = shuffle(luck, ["a_0", "a_1", "a_2", "b_0", "b_1", "c_7"]).slice(0, luck.between(1, 5));
  const options = drawOptions(luck, tasks);
  const log: LogPlan = {
    blocks: drawBlocks(luck, tasks),
    curve: drawCurve(luck),
    ...(luck.share(0.3) ? { rowsPerExperience: luck.between(2, 3), workers: ["w-1", "w-0"] } : {}),
    ...(luck.share(0.3) ? { isIncomplete: (row: number) => row % 7 === seed % 7 } : {}),
    ...drawWriting(luck),
    hasSubtype: luck.share(0.8),
  };
  const known = luck.share(0.2) ? [...tasks, "z_0"] : tasks;
  const experts = known
    .filter(() => luck.share(0.7))
    .flatMap((task) => Array.from({ length: luck.between(1, 3) }, () => drawExpert(luck, task)));
  return { name: `random-${seed}`, log, experts, options, hasManyLabels: true };
}

function drawOptions(luck: Luck, tasks: readonly string[]): Partial<LifelongOptions> {
  const forms = ["ratio", "contrast", "both"] as const;
  const range = Object.fromEntries(tasks.map((task) => [task, { min: -luck.between(1, 3), max: luck.between(2, 9) }]));
  return {
    variantMode: luck.pick(["aware", "agnostic"]),
    aggregationMethod: luck.pick(["mean", "median"]),
    maintenanceMethod: luck.pick(["mrlep", "mrtlp", "both"]),
    transferMethod: luck.pick(forms),
    normalizationMethod: luck.pick(["task", "run", "none"]),
    smoothingMethod: luck.pick(["flat", "hanning", "hamming", "bartlett", "blackman", "none"]),
    steAveragingMethod: luck.pick(["metrics", "time"]),
    smoothEvalData: luck.share(0.3),
    clampOutliers: luck.share(0.4),
    ...(luck.share(0.5) ? { windowLength: luck.between(3, 60) } : {}),
    ...(luck.share(0.2) ? { dataRange: range } : {}),
  };
}

function drawBlocks(luck: Luck, tasks: readonly string[]): BlockPlan[] {
  return Array.from({ length: luck.between(1, 14) }, (): BlockPlan => {
    const isTest = luck.share(0.5);
    const named = shuffle(luck, tasks).slice(0, isTest ? tasks.length : luck.between(1, Math.min(2, tasks.length)));
    const kept = isTest && luck.share(0.3) ? named.slice(0, 1) : named;
    return {
      type: isTest ? "test" : "train",
      parts: kept.map((task) => ({
        task,
        count: isTest ? luck.between(1, 15) : luck.between(1, 220),
        ...(luck.share(0.2) ? { params: `{"level": ${luck.between(0, 2)}}` } : {}),
      })),
      ...(luck.share(0.1) ? { subtype: "sleep" } : {}),
    };
  });
}

function drawExpert(luck: Luck, task: string): LogPlan {
  const train = (): BlockPlan => ({ type: "train", parts: [{ task, count: luck.between(2, 250) }] });
  const blocks = Array.from({ length: luck.between(1, 3) }, train);
  if (luck.share(0.4)) blocks.push({ type: "test", parts: [{ task, count: luck.between(1, 9) }] });
  return {
    blocks,
    curve: drawCurve(luck),
    scenario: { complexity: "1-low", difficulty: "1-easy", scenario_type: "ste" },
  };
}

function drawCurve(luck: Luck): Curve {
  const [speed, noise, low] = [luck.between(3, 150), luck.number(), luck.between(-2, 2)];
  return luck.pick<Curve>([
    ({ seen }) => low + (1 - Math.exp(-seen / speed)) + noise * luck.number(),
    ({ seen }) => low - seen / speed + noise * luck.number(),
    ({ seen }) => Math.min(low + 1, seen / speed),
    ({ task }) => low + 1e6 * task.charCodeAt(0) * luck.number(),
    ({ index, count }) => (index === count - 1 ? 1e-9 : low) + 1e-7 * luck.number(),
  ]);
}

function drawWriting(luck: Luck): Pick<LogPlan, "write"> {
  return luck.pick<Pick<LogPlan, "write">>([
    {},
    { write: (value) => value.toFixed(1) },
    { write: (value) => String(Math.round(value)) },
    { write: (value) => value.toExponential(6) },
    { write: (value, row) => (row % 17 === 3 ? "" : value.toPrecision(15)) },
  ]);
}

function createLuck(seed: number): Luck {
  const number = createRandom(seed * 7919 + 13);
  const between = (low: number, high: number): number => low + Math.floor(number() * (high - low + 1));
  return {
    number,
    between,
    share: (chance) => number() < chance,
    pick: (values) => values[between(0, values.length - 1)] as (typeof values)[number],
  };
}

function shuffle<T>(luck: Luck, values: readonly T[]): T[] {
  return values
    .map((value) => [luck.number(), value] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);
}
