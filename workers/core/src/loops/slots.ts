import type { Slots, SlotWeights } from "@whetstone/schemas/db";
import type { InputFile } from "@whetstone/schemas/tasks";
import type { FinishedStep } from "./loop-spec.ts";

const optimiserFile = "optimiser.safetensors";

/** What the slots hold after these steps, beginning with `slots`: each learn step replaces its own. */
export function slotsAfter(slots: Slots, steps: readonly FinishedStep[]): Slots {
  const after = { ...slots };
  for (const one of steps)
    if (one.step.kind === "learn" && one.status === "succeeded") after[one.step.slot] = leftBy(one);
  return after;
}

/** What a learn step left in its slot. */
export function leftBy({ summary, outputs }: FinishedStep): SlotWeights {
  const files = outputs.flat();
  const optimiser = files.find(({ name }) => name === optimiserFile);
  return {
    sha256: String(summary["weights"]),
    files: files.filter(({ name }) => name !== optimiserFile),
    ...(optimiser ? { optimiser } : {}),
  };
}

/** Whether both hold the same weights, slot by slot. */
export function areSame(a: Slots, b: Slots): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => holdsSame(a[name], b[name]));
}

function holdsSame(a: SlotWeights | undefined, b: SlotWeights | undefined): boolean {
  if (!a || !b) return false;
  return a === b || (a.sha256 !== null && a.sha256 === b.sha256);
}

/** A slot's files as a task's inputs, under the role they play there. */
export function inputsAs(role: string, weights: SlotWeights | undefined): InputFile[] {
  return (weights?.files ?? []).map((file) => ({ ...file, name: `${role}.${file.name}` }));
}
