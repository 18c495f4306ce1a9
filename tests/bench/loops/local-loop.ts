import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { costOf, nothingSpent, sum } from "@whetstone/core/loops/budget";
import { finishStep } from "@whetstone/core/loops/finish-step";
import type { FinishedStep, LoopHistory, LoopSpec, Move, PastIteration } from "@whetstone/core/loops/loop-spec";
import { nextMove } from "@whetstone/core/loops/next-move";
import { planStep, type TaskFiles } from "@whetstone/core/loops/plan-step";
import { findMethod } from "@whetstone/core/methods";
import { hashFile, TaskError } from "@whetstone/runtime";
import {
  Budget,
  GateSettings,
  type HubCheckpoint,
  type MethodId,
  MeasureSettings,
  type PolicyKind,
} from "@whetstone/schemas/api";
import type { InputFile } from "@whetstone/schemas/tasks";
import { createLoopProgram, createLoopTasks, type LoopProgram } from "@whetstone/trainer/loops";
import type { z } from "zod";
import { doLocally } from "./local-tasks.ts";

const python = new URL("../../../gpu-runners/trainer/.venv/bin/python", import.meta.url).pathname;

export interface LocalLoop {
  method: MethodId;
  parameters?: Record<string, unknown>;
  policy: { kind: PolicyKind } & ({ folder: string } | { hub: HubCheckpoint });
  /** Folders of CLIP packages. */
  reward?: string;
  judge?: string;
  /** A Parquet file of questions, or for refinement the shards and base layers in turn. */
  task:
    | { questions: string; verifier?: "exact" | "program" }
    | { shards: string[]; bases: string[]; threshold?: number };
  iterations?: number;
  seed?: number;
  maxTokens?: number;
  measure?: z.input<typeof MeasureSettings>;
  gate?: z.input<typeof GateSettings>;
  budget?: z.input<typeof Budget>;
  /** What the loop leaves; one folder a step. */
  folder: string;
  /** To share a warm process among loops; else one is started and ended. */
  program?: LoopProgram;
  onIteration?(iteration: PastIteration): void;
}

export interface LocalEnd {
  outcome: string;
  reason: string;
  promoted: number;
  iterations: PastIteration[];
  spent: LoopHistory["spent"];
}

/** A whole loop in one process: the engine's own decisions and the runner's own handlers, on folders instead of S3 and D1. */
export async function runLocally(loop: LocalLoop): Promise<LocalEnd> {
  const program = loop.program ?? createLoopProgram({ python, threads: 1 });
  try {
    return await turn(loop, program);
  } finally {
    if (!loop.program) program.stop();
  }
}

async function turn(loop: LocalLoop, program: LoopProgram): Promise<LocalEnd> {
  const spec = await toSpec(loop);
  const task = await toTask(loop.task);
  const tasks = createLoopTasks(program);
  const iterations: PastIteration[] = [];
  let [promoted, spent] = [0, nothingSpent];

  for (;;) {
    const history: LoopHistory = { promoted, iterations, spent };
    const move = nextMove(spec, history);
    if (move.kind === "end") return { outcome: move.outcome, reason: move.reason, promoted, iterations, spent };
    if (move.kind === "fail") return { outcome: "failed", reason: move.message, promoted, iterations, spent };
    if (move.kind === "verdict") {
      const { status } = move.verdict;
      iterations[move.iteration] = { ...running(iterations, move, spec), ...move.verdict };
      if (status === "promoted") promoted = move.iteration;
      loop.onIteration?.(iterations[move.iteration] ?? running(iterations, move, spec));
      continue;
    }
    const before = running(iterations, move, spec);
    const place = join(loop.folder, `${move.iteration}-${move.ordinal}-${move.step.name}`);
    const done = await doStep({ move, place, plans: planStep({ spec, history, move, task }), tasks });
    iterations[move.iteration] = { ...before, steps: [...before.steps, done] };
    spent = sum(spent, costOf(done));
  }
}

function running(
  iterations: readonly PastIteration[],
  { iteration: number, startsFrom }: { iteration: number; startsFrom: number },
  spec: LoopSpec,
): PastIteration {
  const slots = iterations[startsFrom]?.slots ?? spec.start;
  return (
    iterations[number] ?? {
      number,
      status: "running",
      startsFrom,
      steps: [],
      decisions: {},
      monitors: null,
      alarms: [],
      slots,
    }
  );
}

interface StepWork {
  move: Extract<Move, { kind: "step" }>;
  place: string;
  plans: ReturnType<typeof planStep>;
  tasks: ReturnType<typeof createLoopTasks>;
}

async function doStep({ move, place, plans, tasks }: StepWork): Promise<FinishedStep> {
  const outcomes = [];
  try {
    for (const [shard, plan] of plans.entries())
      outcomes.push(await doLocally({ tasks, plan, folder: join(place, String(shard)) }));
  } catch (error) {
    if (!(error instanceof TaskError) || error.code !== "loss_not_finite") throw error;
    const summary = { error: error.message, code: error.code };
    return { step: move.step, status: "failed", summary, outputs: [], seconds: 0 };
  }
  return finishStep(move.step, outcomes);
}

async function toSpec(loop: LocalLoop): Promise<LoopSpec> {
  const method = findMethod(loop.method);
  return {
    method: loop.method,
    parameters: method.parse(loop.parameters ?? {}),
    policyKind: loop.policy.kind,
    iterations: loop.iterations ?? 3,
    maxTokens: loop.maxTokens ?? 64,
    measure: MeasureSettings.parse(loop.measure ?? {}),
    gate: GateSettings.parse(loop.gate ?? {}),
    budget: Budget.parse(loop.budget ?? {}),
    seed: loop.seed ?? 0,
    shards: 1,
    start: {
      policy:
        "hub" in loop.policy ? { sha256: null, files: [], hub: loop.policy.hub } : await toWeights(loop.policy.folder),
      ...(loop.reward === undefined ? {} : { clip: await toWeights(loop.reward) }),
      ...(loop.judge === undefined ? {} : { judge: await toWeights(loop.judge) }),
    },
  };
}

async function toWeights(folder: string): Promise<LoopSpec["start"][string]> {
  const names = await readdir(folder);
  return { sha256: null, files: await Promise.all(names.toSorted().map((name) => toInput(name, join(folder, name)))) };
}

async function toTask(task: LocalLoop["task"]): Promise<TaskFiles> {
  if ("questions" in task) {
    const spec = { kind: "questions", verifier: task.verifier ?? "exact", threshold: 0.6 } as const;
    return { spec, inputs: [await toInput("task.parquet", task.questions)] };
  }
  const spec = { kind: "refinement", verifier: "exact", threshold: task.threshold ?? 0.6 } as const;
  const inputs = await Promise.all([
    ...task.shards.map((path, i) => toInput(`shard-${i}.tar`, path)),
    ...task.bases.map((path, i) => toInput(`base-${i}.parquet`, path)),
  ]);
  return { spec, inputs };
}

const toInput = async (name: string, path: string): Promise<InputFile> => ({
  name,
  key: path,
  ...(await hashFile(path)),
});
