import type { Alarm } from "@whetstone/schemas/api";
import { findMethod } from "../methods/index.ts";
import type { Step } from "../methods/method.ts";
import { learningAlarms } from "./alarms.ts";
import { countOf, findCrossed } from "./budget.ts";
import { findEnd } from "./end-of-loop.ts";
import { findConflict } from "./find-conflict.ts";
import { GateSummary } from "./gate-reducer.ts";
import type { FinishedStep, LoopHistory, LoopSpec, Move, PastIteration, Verdict } from "./loop-spec.ts";
import { isMeasure, measureSteps } from "./measure-steps.ts";
import { seedOf } from "./seed-of.ts";
import { areSame, slotsAfter } from "./slots.ts";

/** What a loop does next. Pure: told the same story it answers the same, so a loop killed anywhere goes on as if it had not been. */
export function nextMove(spec: LoopSpec, history: LoopHistory): Move {
  const last = history.iterations.at(-1);
  if (last?.status === "running") return goOn(spec, history, last);
  const end = last && findEnd(spec, history);
  return end ?? goOn(spec, history, beginIteration(spec, history));
}

function beginIteration(spec: LoopSpec, { iterations, promoted }: LoopHistory): PastIteration {
  return {
    number: iterations.length,
    status: "running",
    startsFrom: promoted,
    steps: [],
    decisions: {},
    monitors: null,
    alarms: [],
    slots: iterations[promoted]?.slots ?? spec.start,
  };
}

function goOn(spec: LoopSpec, history: LoopHistory, iteration: PastIteration): Move {
  const conflict = findConflict(iteration);
  if (conflict) return { kind: "fail", ...conflict };
  const end = (verdict: Partial<Verdict> & Pick<Verdict, "status">): Move => ({
    kind: "verdict",
    iteration: iteration.number,
    startsFrom: iteration.startsFrom,
    verdict: { ...unchanged(iteration), ...verdict },
  });

  const failed = iteration.steps.find(({ status }) => status === "failed");
  if (failed) return end({ status: "failed", alarms: [...alarmsOf(iteration), notFinite(failed)] });
  const judged = iteration.steps.find(({ step }) => step.name === "gate");
  if (judged) return end(readVerdict(iteration, judged));

  const step = nextStep(spec, history, iteration);
  if (!step)
    return end({
      status: "unchanged",
      alarms: [...alarmsOf(iteration), ...nothingKept(iteration)],
      monitors: history.iterations[iteration.startsFrom]?.monitors ?? null,
    });
  const crossed = findCrossed(spec, history, step);
  if (crossed && iteration.steps.length > 0) return end({ status: "unchanged", decisions: { stoppedBy: crossed } });
  if (crossed) return { kind: "end", outcome: "stopped", reason: crossed };
  return {
    kind: "step",
    iteration: iteration.number,
    ordinal: iteration.steps.length,
    startsFrom: iteration.startsFrom,
    step,
  };
}

/** Undefined when the model is as it was, so that there is nothing to measure. */
function nextStep(spec: LoopSpec, history: LoopHistory, iteration: PastIteration): Step | undefined {
  const own = iteration.number === 0 ? undefined : methodStep(spec, history, iteration);
  if (own) return isFutile(own, iteration) ? undefined : own;
  const candidate = { ...iteration, slots: slotsAfter(iteration.slots, iteration.steps) };
  if (iteration.number > 0 && areSame(candidate.slots, iteration.slots)) return undefined;
  const done = new Set(iteration.steps.map(({ step }) => step.name));
  return measureSteps(spec, candidate).find(({ name }) => !done.has(name));
}

function methodStep(spec: LoopSpec, history: LoopHistory, iteration: PastIteration): Step | undefined {
  if (iteration.steps.some(({ step }) => isMeasure(step.name))) return undefined;
  const earlier = history.iterations.flatMap(({ number, decisions, monitors, status }) =>
    number > 0 && monitors ? [{ iteration: number, decisions, monitors, wasPromoted: status === "promoted" }] : [],
  );
  return findMethod(spec.method).next({
    parameters: spec.parameters,
    iteration: iteration.number,
    seed: seedOf(spec.seed, iteration.number),
    done: iteration.steps,
    earlier,
  });
}

/** A learn step without a row to learn from would leave the weights as they are. */
function isFutile(step: Step, { steps }: PastIteration): boolean {
  if (step.kind !== "learn" || step.pooled === true) return false;
  return (
    countOf(
      steps.find((one) => one.step.name === step.rows),
      "rows",
    ) === 0
  );
}

function readVerdict(iteration: PastIteration, judged: FinishedStep): Omit<Verdict, "decisions"> {
  const { monitors, gate, alarms } = GateSummary.parse(judged.summary);
  const isIn = gate === null || gate.passed;
  const slots = isIn ? slotsAfter(iteration.slots, iteration.steps) : iteration.slots;
  return { status: isIn ? "promoted" : "refused", monitors, gate, alarms, slots: nameWeights(slots, iteration) };
}

/** The hash of weights that were uploaded is told by the runner that first unpacked them. */
function nameWeights(slots: Verdict["slots"], { steps }: PastIteration): Verdict["slots"] {
  const told = steps.find(({ step }) => step.name === "measure")?.summary["weights"];
  const { policy, reward } = (told ?? {}) as Record<string, string | undefined>;
  const known: Record<string, string | undefined> = { policy, clip: reward };
  return Object.fromEntries(
    Object.entries(slots).map(([name, weights]) => [
      name,
      { ...weights, sha256: weights.sha256 ?? known[name] ?? null },
    ]),
  );
}

function unchanged(iteration: PastIteration): Omit<Verdict, "status"> {
  const { slots, steps } = iteration;
  const decisions = Object.assign(
    {},
    ...steps.map(({ summary }) => summary["decisions"] ?? {}),
  ) as Verdict["decisions"];
  return { decisions, monitors: null, gate: null, alarms: alarmsOf(iteration), slots };
}

/** What the iteration's steps have sounded so far. */
export function alarmsOf({ steps }: Pick<PastIteration, "steps">): Alarm[] {
  return steps.flatMap(({ step, summary, status }) => {
    if (status === "failed" || isMeasure(step.name)) return [];
    const own = step.kind === "learn" ? learningAlarms(summary) : [];
    return [...((summary["alarms"] as Alarm[] | undefined) ?? []), ...own];
  });
}

function nothingKept({ steps }: PastIteration): Alarm[] {
  const hasLearned = steps.some(({ step }) => step.kind === "learn");
  const sentence = hasLearned
    ? "learning left the weights as they were, byte for byte"
    : "no sample was kept, so there was nothing to learn from; the weights are as they were, byte for byte";
  return [{ code: hasLearned ? "no_gradient" : "nothing_kept", sentence, isFatal: false }];
}

const notFinite = ({ step, summary }: FinishedStep): Alarm => ({
  code: "loss_not_finite",
  sentence: `step ${step.name}: ${typeof summary["error"] === "string" ? summary["error"] : "the loss was not a number"}; the loop goes on from the last good weights`,
  isFatal: false,
});
