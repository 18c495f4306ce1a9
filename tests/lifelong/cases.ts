import type { LifelongOptions } from "@whetstone/core/lifelong";
import { createRandom, type BlockPlan, type Curve, type LogPlan } from "./make-log.ts";

export interface Case {
  name: string;
  log: LogPlan;
  experts: LogPlan[];
  options: Partial<LifelongOptions>;
  /** Experts of several variants serve one task. */
  hasManyLabels?: true;
}

const sets: Partial<LifelongOptions>[] = [
  {},
  { transferMethod: "both", maintenanceMethod: "both" },
  { normalizationMethod: "run", transferMethod: "contrast", aggregationMethod: "median" },
  { normalizationMethod: "none", maintenanceMethod: "mrtlp" },
  { smoothingMethod: "none", transferMethod: "both" },
  { smoothingMethod: "hanning", windowLength: 9 },
  { smoothingMethod: "hamming", smoothEvalData: true },
  { smoothingMethod: "bartlett", windowLength: 20, clampOutliers: true },
  { smoothingMethod: "blackman", steAveragingMethod: "time" },
  { windowLength: 5, smoothEvalData: true, clampOutliers: true, maintenanceMethod: "both" },
  { variantMode: "agnostic", transferMethod: "both" },
  { clampOutliers: true, aggregationMethod: "median", steAveragingMethod: "time" },
  { windowLength: 33, normalizationMethod: "none", smoothingMethod: "flat" },
];

/** Logs of many shapes, each with one of the option sets; the same every time. */
export function makeCases(): Case[] {
  return [...regularCases(), ...oddCases()];
}

function regularCases(): Case[] {
  return Array.from({ length: 30 }, (_, i): Case => {
    const random = createRandom(1000 + i);
    const options = sets[i % sets.length] ?? {};
    const taskCount = 2 + (i % 3);
    const tasks = Array.from({ length: taskCount }, (__, t) => `t${t % 2}_v${Math.floor(t / 2)}`);
    const trained = [12, 47, 90, 130, 300][i % 5] as number;
    const log: LogPlan = {
      blocks: [condensed, dispersed, crowded][i % 3]?.(tasks, trained, 3 + (i % 9)) ?? [],
      curve: makeCurve(random, i),
      ...(i % 6 === 4 ? { rowsPerExperience: 2, workers: ["worker-0", "worker-1"] } : {}),
      ...(i % 7 === 3 ? { isIncomplete: (row: number) => row % 11 === 5 } : {}),
      ...(i % 8 === 5 ? { write: (value: number, row: number) => (row % 13 === 4 ? "" : value.toFixed(2)) } : {}),
      ...(i % 9 === 7 ? { write: (value: number) => String(Math.round(value * 20)) } : {}),
      hasSubtype: i % 4 !== 2,
    };
    const experts =
      i % 5 === 2 ? [] : tasks.slice(0, i % 3 === 0 ? 1 : taskCount).flatMap((task) => makeExperts(task, random, i));
    return {
      name: `regular-${i}`,
      log,
      experts,
      options,
      ...(options.variantMode === "agnostic" ? { hasManyLabels: true } : {}),
    };
  });
}

function makeExperts(task: string, random: () => number, i: number): LogPlan[] {
  return Array.from({ length: 1 + (i % 3) }, (_, run): LogPlan => {
    const blocks: BlockPlan[] = [
      { type: "train", parts: [{ task, count: 60 + 31 * run }] },
      { type: "train", parts: [{ task, count: 45 }] },
    ];
    if (i % 2 === 0) blocks.splice(1, 0, evaluate([task], 5));
    const scenario = { complexity: "1-low", difficulty: "1-easy", scenario_type: "ste" };
    return { blocks, curve: makeCurve(random, i), scenario };
  });
}

/** Learning curves with noise, and every few logs a shape that ends in ties. */
function makeCurve(random: () => number, i: number): Curve {
  const speed = 20 + random() * 60;
  const noise = random() - 0.3;
  switch (i % 10) {
    case 3:
      return ({ seen }) => 5 - seen / 50 + (random() - 0.5) * 0.01;
    case 6:
      return ({ seen }) => Math.min(0.8, seen / speed);
    case 9:
      return ({ seen, type }) => (type === "test" ? -2 + seen / 100 : -1) + random();
    default:
      return ({ seen, task }) =>
        (1 - Math.exp(-seen / speed)) * (1 + (task.charCodeAt(1) % 3) / 3) +
        Math.max(0, noise) * (random() + random() - 1);
  }
}

function evaluate(tasks: readonly string[], count: number): BlockPlan {
  return { type: "test", parts: tasks.map((task) => ({ task, count })) };
}

function condensed(tasks: readonly string[], trained: number, tested: number): BlockPlan[] {
  return [
    evaluate(tasks, tested),
    ...tasks.flatMap((task): BlockPlan[] => [
      { type: "train", parts: [{ task, count: trained }] },
      evaluate(tasks, tested),
    ]),
  ];
}

function dispersed(tasks: readonly string[], trained: number, tested: number): BlockPlan[] {
  return Array.from({ length: 3 }, () => condensed(tasks, Math.ceil(trained / 2), tested).slice(1)).flat();
}

/** Several tasks in one block, evaluations left out here and there. */
function crowded(tasks: readonly string[], trained: number, tested: number): BlockPlan[] {
  const block = (order: readonly string[]): BlockPlan => ({
    type: "train",
    parts: order.map((task) => ({ task, count: trained })),
  });
  return [
    evaluate(tasks, tested),
    block(tasks),
    evaluate(tasks.toReversed(), tested),
    evaluate(tasks.slice(1), tested),
    block(tasks.toReversed()),
    block(tasks.slice(0, 1)),
    evaluate([...tasks, ...tasks], tested),
    block(tasks),
    evaluate(tasks, tested),
  ];
}

function oddCases(): Case[] {
  const random = createRandom(7);
  const tasks = ["nav_1", "nav_2", "lift_1"];
  const plain = { blocks: dispersed(tasks, 60, 6), curve: makeCurve(random, 0) };
  const experts = tasks.flatMap((task) => makeExperts(task, random, 1));
  const flat = { ...plain, curve: () => 0.3 };
  const range = { nav_1: { min: -1, max: 3 }, NAV_2: { min: 0, max: 2 }, lift_1: { min: 0, max: 2.5 } };
  const subtype = "sleep" as const;
  const asleep = plain.blocks.map((block, i): BlockPlan => (i % 3 === 1 ? { ...block, subtype } : block));
  const named = (name: string, change: Partial<Case>): Case => ({ name, log: plain, experts, options: {}, ...change });
  return [
    named("constant", { log: flat, experts: [] }),
    named("constant-window-5", { log: flat, options: { windowLength: 5 } }),
    named("constant-unsmoothed", { log: flat, options: { smoothingMethod: "none", transferMethod: "both" } }),
    named("constant-run-short", {
      log: { blocks: condensed(tasks, 10, 4), curve: () => 7 },
      experts: [],
      options: { normalizationMethod: "run", transferMethod: "both" },
    }),
    named("range", { options: { dataRange: range } }),
    named("range-clamped", { options: { dataRange: range, clampOutliers: true, normalizationMethod: "run" } }),
    named("range-agnostic", {
      hasManyLabels: true,
      options: { dataRange: range, variantMode: "agnostic", clampOutliers: true },
    }),
    named("sleep", {
      log: { ...plain, blocks: asleep },
      options: { maintenanceMethod: "both", transferMethod: "both" },
    }),
    named("params", {
      log: {
        ...plain,
        blocks: plain.blocks.map((block, i) => ({
          ...block,
          parts: block.parts.map((part) => ({
            ...part,
            params: `{"level": ${i % 3}, "a long name": "of many letters"}`,
          })),
        })),
      },
    }),
    named("params-inside-a-regime", {
      log: {
        curve: makeCurve(random, 1),
        blocks: condensed(tasks, 40, 6).map((block, i) => ({
          ...block,
          parts: block.parts.map((part) => ({
            ...part,
            params: (index) => (i === 3 && index > 20 ? '{"b": 2}' : '{"b": 1}'),
          })),
        })),
      },
      experts: [],
      options: { transferMethod: "both", maintenanceMethod: "both" },
    }),
    named("training-only", { log: { ...plain, blocks: plain.blocks.filter(({ type }) => type === "train") } }),
    named("tests-only", { log: { ...plain, blocks: plain.blocks.filter(({ type }) => type === "test") } }),
    named("one-block", { log: { ...plain, blocks: plain.blocks.slice(0, 1) } }),
    named("short-blocks", { log: { ...plain, blocks: dispersed(tasks, 2, 1) } }),
    named("long-blocks", {
      log: { ...plain, blocks: condensed(tasks, 700, 20) },
      options: { maintenanceMethod: "both" },
    }),
    named("two-rows", { log: { ...plain, blocks: [evaluate(["nav_1"], 1), evaluate(["nav_2"], 1)] }, experts: [] }),
    named("names-without-variant", {
      hasManyLabels: true,
      log: { ...plain, blocks: condensed(["nav", "lift_1"], 50, 5) },
    }),
    named("trained-once-at-zero", {
      log: { ...plain, blocks: [{ type: "train", parts: [{ task: "nav_1", count: 1 }] }, ...plain.blocks.slice(2)] },
    }),
    named("expert-of-another-task", { experts: makeExperts("swim_1", random, 1) }),
  ];
}
