import type { PastIteration } from "./loop-spec.ts";

/** Weights in two roles that must never be the same, as the runners found them: who judges may neither reward nor be judged. */
export function findConflict({ steps }: PastIteration): { code: string; message: string } | undefined {
  const told = (name: string) => (steps.find(({ step }) => step.name === name)?.summary["weights"] ?? {}) as Weights;
  const { reward: judge, policy } = told("measure-judge");
  if (judge === undefined) return undefined;
  if (judge === policy)
    return { code: "judge_is_policy", message: `weights ${judge} are the policy and judge it; name another judge` };
  const drawn = steps.filter(({ step }) => step.kind === "sample" && step.name !== "measure-judge");
  if (drawn.some(({ summary }) => (summary["weights"] as Weights | undefined)?.reward === judge))
    return { code: "judge_is_reward", message: `weights ${judge} reward the policy and judge it; name another judge` };
  return undefined;
}

interface Weights {
  policy?: string;
  reward?: string;
}
