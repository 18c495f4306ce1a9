import type { Slots } from "@whetstone/schemas/db";
import type { InputFile } from "@whetstone/schemas/tasks";
import type { Step } from "../methods/method.ts";
import type { TaskPlan } from "../runs/run-kind.ts";
import { promotedPrefix } from "./gate-reducer.ts";
import type { FinishedStep, LoopHistory, LoopSpec, Move, PastIteration } from "./loop-spec.ts";
import { alarmsOf } from "./next-move.ts";
import { gateParameters, isMeasure } from "./measure-steps.ts";
import { seedOf } from "./seed-of.ts";
import { inputsAs, leftBy, slotsAfter } from "./slots.ts";

/** A loop's task as runners get it: its files, and how an answer is told right from wrong. */
export interface TaskFiles {
  spec: { kind: "questions" | "refinement"; verifier: "exact" | "program"; threshold: number };
  inputs: InputFile[];
}

export interface StepPlan {
  spec: LoopSpec;
  history: LoopHistory;
  move: Extract<Move, { kind: "step" }>;
  task: TaskFiles;
}

/** A step as tasks: sampling is split in shards, the rest is one task each. */
export function planStep(plan: StepPlan): TaskPlan[] {
  const { step } = plan.move;
  const place = placeOf(plan);
  switch (step.kind) {
    case "sample":
      return planSample(plan, step, place);
    case "reduce":
      return [planReduce(plan, step, place)];
    case "learn":
      return [planLearn(plan, step, place)];
  }
}

interface Place {
  iteration: Pick<PastIteration, "number" | "steps" | "slots">;
  slots: Slots;
}

function placeOf({ spec, history, move }: StepPlan): Place {
  const running = history.iterations.find(({ number }) => number === move.iteration);
  const slots = running?.slots ?? history.iterations[move.startsFrom]?.slots ?? spec.start;
  const iteration = { number: move.iteration, steps: running?.steps ?? [], slots };
  return { iteration, slots: slotsAfter(slots, iteration.steps) };
}

type Of<K extends Step["kind"]> = Extract<Step, { kind: K }>;

function planSample({ spec, task, move }: StepPlan, step: Of<"sample">, { iteration, slots }: Place): TaskPlan[] {
  const { reward } = step.score;
  const drawer = (step.weights === "base" ? spec.start : slots)[step.slot] ?? slots["policy"];
  const base = reward.kind === "log-probability" ? spec.start["policy"] : undefined;
  const rewarder = "slot" in reward ? (slots[reward.slot] ?? spec.start[reward.slot]) : undefined;
  const roles = { policy: drawer, base, reward: rewarder };
  const params = {
    policyKind: kindOf(spec, step.slot),
    draw: { ...step.draw, maxTokens: spec.maxTokens },
    score: step.score,
    task: task.spec,
    hub: hubsOf(roles),
  };
  const inputs = [
    ...Object.entries(roles).flatMap(([role, weights]) => inputsAs(role, weights)),
    ...task.inputs,
    ...(step.rows === undefined ? [] : numbered("rows", rowsOf(iteration.steps, step.rows))),
  ];
  // Measures ask with the same seed every time, so that chance is the same on both sides of a comparison.
  const place = isMeasure(step.name) ? 0 : move.iteration;
  return Array.from({ length: spec.shards }, (_, shard) => ({
    kind: "loop-sample",
    params: { ...params, seed: seedOf(spec.seed, place, step.name, shard), shard, shards: spec.shards },
    inputs,
  }));
}

function planReduce({ spec, history, move }: StepPlan, step: Of<"reduce">, { iteration }: Place): TaskPlan {
  const isGate = step.name === "gate";
  const rival = isGate && move.iteration > 0 ? measuredAt(history, move.startsFrom) : [];
  const first = history.iterations[0]?.monitors ?? null;
  const parameters = isGate
    ? gateParameters(spec, { first, steps: iteration.steps, alarms: alarmsOf(iteration) })
    : spec.parameters;
  const tables = step.reads.flatMap((name) => tablesOf(iteration.steps, name));
  return {
    kind: "loop-reduce",
    params: {
      method: spec.method,
      reducer: step.reducer,
      parameters,
      iteration: move.iteration,
      seed: seedOf(spec.seed, move.iteration, step.name),
      done: iteration.steps.map(({ step: done, summary }) => ({ step: done, summary })),
    },
    inputs: [...tables, ...rival],
  };
}

function planLearn(plan: StepPlan, step: Of<"learn">, { iteration, slots }: Place): TaskPlan {
  const { spec, history, move, task } = plan;
  const start = startOf(plan, step, { iteration, slots });
  const isCompared = step.learning.objective !== "sft" && step.learning.objective !== "contrastive";
  const reference = isCompared ? spec.start["policy"] : undefined;
  const earlier = step.pooled === true ? history.iterations.filter(({ number }) => number < move.iteration) : [];
  const rows = [...earlier, iteration].flatMap(({ steps }) => rowsOf(steps, step.rows));
  const isInherited = step.learning.optimiser === "inherited" && start?.optimiser !== undefined;
  return {
    kind: "loop-learn",
    params: {
      policyKind: kindOf(spec, step.slot),
      slot: step.slot,
      learning: step.learning,
      task: task.spec,
      hub: hubsOf({ start, reference }),
      seed: seedOf(spec.seed, move.iteration, step.name),
    },
    inputs: [
      ...inputsAs("start", start),
      ...inputsAs("reference", reference),
      ...(isInherited && start?.optimiser ? [start.optimiser] : []),
      ...numbered("training", rows),
      ...task.inputs,
    ],
    size: { total: step.learning.steps, unit: "steps" },
  };
}

/** Weights a learn step goes on from. A slot that holds nothing yet begins as the policy did. */
function startOf({ spec }: StepPlan, step: Of<"learn">, { iteration, slots }: Place): Slots[string] | undefined {
  const base = spec.start[step.slot] ?? spec.start["policy"];
  switch (step.learning.from) {
    case "none":
      return undefined;
    case "base":
      return base;
    case "current":
      return iteration.slots[step.slot] ?? base;
    case "step": {
      const before = iteration.steps.find((one) => one.step.name === step.after);
      return before ? leftBy(before) : (slots[step.slot] ?? base);
    }
  }
}

/** CLIPs are label policies whatever the loop improves. */
function kindOf({ policyKind }: LoopSpec, slot: string) {
  return slot === "clip" || slot === "judge" ? ("label" as const) : policyKind;
}

function hubsOf(roles: Record<string, Slots[string] | undefined>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(roles).flatMap(([role, weights]) => (weights?.hub ? [[role, weights.hub]] : [])),
  );
}

function measuredAt({ iterations }: LoopHistory, number: number): InputFile[] {
  const steps = iterations[number]?.steps ?? [];
  const measured = steps.filter(({ step }) => step.kind === "sample" && isMeasure(step.name));
  return measured.flatMap(({ step }) =>
    tablesOf(steps, step.name).map((file) => ({ ...file, name: `${promotedPrefix}${file.name}` })),
  );
}

const tablesOf = (steps: readonly FinishedStep[], name: string): InputFile[] =>
  outputsOf(steps, name).map((file, shard) => ({ ...file, name: `${name}-${shard}.parquet` }));

const rowsOf = (steps: readonly FinishedStep[], name: string): InputFile[] =>
  outputsOf(steps, name).filter((file) => file.name === "training.parquet");

const outputsOf = (steps: readonly FinishedStep[], name: string): InputFile[] =>
  steps.find(({ step }) => step.name === name)?.outputs.flat() ?? [];

const numbered = (name: string, files: readonly InputFile[]): InputFile[] =>
  files.map((file, index) => ({ ...file, name: `${name}-${index}.parquet` }));
