import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type DoneStep, type IterationView, type Step } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { toReward } from "../reward-choice.ts";
import { PitParameters } from "./parameters.ts";
import { pitReducers } from "./reducers.ts";

/** Learns to improve a draft from which of two texts is better, without a rubric. The loop's policy is the improver. */
export const pit = defineMethod<PitParameters>({
  id: "pit",
  title: "PIT",
  summary:
    "Learns to make a draft better: a gap model says how much better one text is than another, and the policy learns what widens the gap.",
  paper: { title: "Enabling Language Models to Implicitly Learn Self-Improvement", arxiv: "2310.00898", year: 2023 },
  parameters: PitParameters,
  policies: ["causal-lm", "image-text"],
  slots: ["gap"],
  measure: (p) => ({ form: "improve", options: {}, score: { reward: toReward(p) } }),
  next: (view) => replay(plan(view), view.done),
  reducers: pitReducers,
});

function* plan({ parameters: p, iteration }: IterationView<PitParameters>): Plan {
  const queries = { split: p.split, queries: p.queries, offset: (iteration - 1) * p.queries };
  const draft = { ...queries, count: p.draws, temperatures: [p.temperature] };
  yield { name: "draft", kind: "sample", slot: "policy", weights: "base", draw: draft, score: { reward: toReward(p) } };

  let last: string | undefined;
  const imitated = yield { name: "to-imitate", kind: "reduce", reducer: "imitate", reads: ["draft"] };
  if (keptAny(imitated)) {
    yield learnPolicy(p, { name: "imitate", rows: "to-imitate", count: imitated["kept"], objective: "sft" });
    last = "imitate";
  }
  const judged = yield { name: "to-judge", kind: "reduce", reducer: "judge", reads: ["draft"] };
  if (!keptAny(judged)) return;
  yield learnGap(p, judged["kept"]);

  if (p.curriculum !== "stage-1") {
    const found = yield { name: "drafts", kind: "reduce", reducer: "drafts", reads: ["draft"] };
    if (keptAny(found)) last = yield* improve(p, { stage: 0, rows: "drafts", reads: ["improve-0", "draft"], last });
  }
  if (p.curriculum !== "stage-0") {
    // Drawn now, never read from the data: what the policy that drafts writes by itself.
    const own = { ...queries, count: 1, temperatures: [p.temperature] };
    yield {
      name: "own",
      kind: "sample",
      slot: "policy",
      weights: "base",
      draw: own,
      score: { reward: { kind: "none" } },
    };
    yield { name: "own-drafts", kind: "reduce", reducer: "ownDrafts", reads: ["own"] };
    yield* improve(p, { stage: 1, rows: "own-drafts", reads: ["improve-1", "own"], last });
  }
}

type Stage = { stage: 0 | 1; rows: string; reads: string[]; last: string | undefined };

/** Draws improvements, learns those that pay, and answers with the policy's latest learn step. */
function* improve(
  p: PitParameters,
  { stage, rows, reads, last }: Stage,
): Generator<Step, string | undefined, DoneStep["summary"]> {
  const draw = { split: p.split, count: p.improvements, temperatures: [p.improverTemperature], form: "improve" };
  const score = { reward: { kind: "gap", slot: "gap" } } as const;
  yield { name: `improve-${stage}`, kind: "sample", slot: "policy", draw, score, rows };
  const kept = yield { name: `accept-${stage}`, kind: "reduce", reducer: "accept", reads };
  if (!keptAny(kept)) return last;
  const objective = p.objective === "rejection" ? "sft" : p.objective;
  yield learnPolicy(p, {
    name: `learn-${stage}`,
    rows: `accept-${stage}`,
    count: kept["kept"],
    objective,
    after: last,
  });
  return `learn-${stage}`;
}

type Lesson = {
  name: string;
  rows: string;
  count: unknown;
  objective: "sft" | "dpo" | "grpo";
  after?: string | undefined;
};

function learnPolicy(p: PitParameters, { name, rows, count, objective, after }: Lesson): Step {
  return {
    name,
    kind: "learn",
    slot: "policy",
    rows,
    ...(after === undefined ? {} : { after }),
    learning: {
      objective,
      from: after === undefined ? "current" : "step",
      steps: stepsFor(Number(count), p),
      batchSize: p.batchSize,
      learningRate: p.learningRate,
      schedule: "cosine",
      lora: loraOf(p.loraRank, { alpha: 2 * (p.loraRank ?? 1) }),
      beta: p.beta,
    },
  };
}

function learnGap(p: PitParameters, count: unknown): Step {
  const { batchSize, gapLearningRate: learningRate } = p;
  const steps = stepsFor(Number(count), p);
  const learning = { objective: "gap", from: "none", steps, batchSize, learningRate, schedule: "cosine" } as const;
  return { name: "judge", kind: "learn", slot: "gap", rows: "to-judge", learning };
}
