import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { FinishedStep, PastIteration } from "@whetstone/core/loops/loop-spec";
import type { MethodId } from "@whetstone/schemas/api";
import type { LoopProgram } from "@whetstone/trainer/loops";
import { z } from "zod";
import { readTable } from "../../../gpu-runners/trainer/src/loops/read-table.ts";
import { type OnBed, cache } from "./beds.ts";
import { runLocally } from "./local-loop.ts";
import type { TwoCores } from "./recipes.ts";

/** One measured iteration; 0 is the policy as it came. All shares of 1. */
const Point = z.object({
  iteration: z.number(),
  status: z.string(),
  /** Greedy texts that are right: on held-out queries. */
  greedy: z.number(),
  /** Texts at temperature 1 that are right. */
  sampled: z.number(),
  passAtK: z.number(),
  /** Different right texts among right ones. */
  distinct: z.number().nullable(),
  duplicateRate: z.number(),
  meanReward: z.number().nullable(),
  decisions: z.record(z.string(), z.unknown()),
  alarms: z.array(z.string()),
});
export type Point = z.infer<typeof Point>;

export const Outcome = z.object({
  points: z.array(Point).min(1),
  promoted: z.number(),
  outcome: z.string(),
  reason: z.string(),
  samples: z.number(),
  tokens: z.number(),
  seconds: z.number(),
});
export type Outcome = z.infer<typeof Outcome>;

export interface ArmRun {
  method: MethodId;
  recipe: TwoCores;
  bed: OnBed;
  seed: number;
  program: LoopProgram;
  onPoint?(point: Point): void;
}

/** Experiments want to see where learning leads: nothing but a fall or an alarm keeps a candidate out. */
const openGate = { alpha: 1, maxSliceFall: 1, maxRetentionFall: 1, maxRefusals: 100 };

export async function runArm({ method, recipe, bed, seed, program, onPoint }: ArmRun): Promise<Outcome> {
  const { bed: _, ...settings } = recipe;
  const folder = join(cache, "work", `${process.pid}`);
  const points: Point[] = [];
  const began = performance.now();
  const pending: Promise<void>[] = [];
  const tell = async (iteration: PastIteration): Promise<void> => {
    const point = await toPoint(iteration);
    if (!point) return;
    points.push(point);
    onPoint?.(point);
  };
  try {
    const end = await runLocally({
      ...settings,
      ...bed,
      method,
      seed,
      program,
      folder,
      gate: openGate,
      onIteration: (iteration) => void pending.push(tell(iteration)),
    });
    await Promise.all(pending);
    const { samples, tokens } = end.spent;
    return {
      points: points.toSorted((a, b) => a.iteration - b.iteration),
      promoted: end.promoted,
      outcome: end.outcome,
      reason: end.reason,
      samples,
      tokens,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined where an iteration was not measured: nothing was learnt in it. */
async function toPoint({
  number,
  status,
  steps,
  monitors,
  decisions,
  alarms,
}: PastIteration): Promise<Point | undefined> {
  const measure = steps.find(({ step }) => step.name === "measure");
  if (!measure || !monitors) return undefined;
  return {
    iteration: number,
    status,
    greedy: monitors.verified.value,
    sampled: await shareRight(measure),
    passAtK: monitors.passAtK.find(({ atLeast }) => atLeast === 1)?.value ?? 0,
    distinct: monitors.distinct,
    duplicateRate: monitors.duplicateRate,
    meanReward: monitors.meanReward,
    decisions,
    alarms: alarms.map(({ code }) => code),
  };
}

async function shareRight({ outputs }: FinishedStep): Promise<number> {
  const paths = outputs.flat().flatMap(({ name, key }) => (name === "samples.parquet" ? [key] : []));
  const { correct, sample_idx: indices, rowCount } = await readTable(paths);
  const drawn = Array.from({ length: rowCount }, (_, i) => i).filter((i) => (indices[i] ?? -1) >= 0);
  return drawn.filter((i) => correct[i] === true).length / (drawn.length || 1);
}
