import type { Alarm, Monitors } from "@whetstone/schemas/api";
import { findMethod } from "../methods/index.ts";
import type { Step } from "../methods/method.ts";
import type { FinishedStep, LoopSpec, PastIteration } from "./loop-spec.ts";

/** Names that belong to the engine's own steps; the reducer of the last is `gate`, of every method. */
export const measureNames = ["measure", "measure-old", "measure-judge", "gate"] as const;
export const isMeasure = (name: string): boolean => (measureNames as readonly string[]).includes(name);

/** How every iteration is measured, whatever its method: held-out queries, old ones, and the frozen judge's view of the greedy texts. */
export function measureSteps(spec: LoopSpec, iteration: PastIteration): Step[] {
  const { split, retentionSplit, queries, count } = spec.measure;
  const { form, options, score: proxy } = findMethod(spec.method).measure(spec.parameters);
  const asked = { form, options, greedy: true, ...(queries === undefined ? {} : { queries }) };
  const steps: Step[] = [
    {
      name: "measure",
      kind: "sample",
      slot: "policy",
      draw: { ...asked, split, count, temperatures: [1] },
      score: isUsable(proxy, iteration) ? proxy : { reward: { kind: "none" } },
    },
  ];
  if (retentionSplit !== undefined) {
    const draw = { ...asked, split: retentionSplit, count: 0 };
    steps.push({ name: "measure-old", kind: "sample", slot: "policy", draw, score: { reward: { kind: "none" } } });
  }
  if (spec.start["judge"]) {
    const score = { reward: { kind: "clip-margin" as const, slot: "judge" } };
    steps.push({ name: "measure-judge", kind: "sample", slot: "policy", draw: { ...asked, split, count: 0 }, score });
  }
  const reads = steps.map(({ name }) => name);
  return [...steps, { name: "gate", kind: "reduce", reducer: "gate", reads }];
}

type Score = ReturnType<ReturnType<typeof findMethod>["measure"]>["score"];

/** A reward by weights that nothing has been learned into yet can't be told. */
function isUsable({ reward }: Score, { slots }: PastIteration): boolean {
  return !("slot" in reward) || slots[reward.slot] !== undefined;
}

/** Of what the method drew to learn from, how much it kept; its last reducer that says so. */
function keptShareOf({ steps }: { steps: readonly FinishedStep[] }): number | null {
  for (const { step, summary } of steps.toReversed()) {
    const { kept, drawn } = summary;
    if (step.kind === "reduce" && typeof kept === "number" && typeof drawn === "number" && drawn > 0)
      return kept / drawn;
  }
  return null;
}

/** What the gate's reducer is told beside the rows it reads. */
export function gateParameters(
  spec: LoopSpec,
  told: { first: Monitors | null; steps: readonly FinishedStep[]; alarms: readonly Alarm[] },
): Record<string, unknown> {
  const { measure, gate } = spec;
  return { measure, gate, first: told.first, keptShare: keptShareOf(told), alarms: told.alarms };
}
