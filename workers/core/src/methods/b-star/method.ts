import { defineMethod, type IterationView } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { toReward } from "../reward-choice.ts";
import { choose, temperaturesTried } from "./choose.ts";
import { keep, settingsOf } from "./keep.ts";
import { BStarParameters } from "./parameters.ts";

/** Online rejection sampling whose temperature and threshold are tuned anew each round. */
export const bStar = defineMethod<BStarParameters>({
  id: "b-star",
  title: "B-STaR",
  summary:
    "Keeps exploring and choosing in balance: before each round it tunes the sampling temperature and the reward a text must have.",
  paper: {
    title: "B-STaR: Monitoring and Balancing Exploration and Exploitation in Self-Taught Reasoners",
    arxiv: "2412.17256",
    year: 2024,
  },
  parameters: BStarParameters,
  policies: ["tabular", "label", "causal-lm", "image-text"],
  slots: [],
  measure: (parameters) => ({ form: "answer", options: {}, score: { reward: toReward(parameters) } }),
  next: (view) => replay(plan(view), view.done),
  reducers: { choose, keep },
});

function* plan({ parameters: p, iteration, done }: IterationView<BStarParameters>): Plan {
  const score = { reward: toReward(p), addsVerdict: p.addsVerdict };
  if (p.mode === "b-star") {
    const draw = { split: p.split, queries: p.tuningQueries, count: p.draws, temperatures: temperaturesTried(p) };
    yield { name: "explore", kind: "sample", slot: "policy", draw, score };
    yield { name: "choose", kind: "reduce", reducer: "choose", reads: ["explore"] };
  }
  const draw = {
    split: p.split,
    queries: p.queries,
    offset: (iteration - 1) * p.queries,
    count: p.draws,
    temperatures: [settingsOf(p, done).temperature],
  };
  yield { name: "draw", kind: "sample", slot: "policy", draw, score };
  const kept = yield { name: "keep", kind: "reduce", reducer: "keep", reads: ["draw"] };
  if (keptAny(kept)) yield { name: "learn", kind: "learn", slot: "policy", rows: "keep", learning: learningOf(p) };
}

function learningOf(p: BStarParameters) {
  const isInherited = p.mode === "b-star" || p.mode === "online-rft";
  return {
    objective: "sft",
    from: p.mode === "rest-em" ? "base" : "current",
    optimiser: isInherited ? "inherited" : "fresh",
    steps: p.steps,
    scheduleSteps: isInherited ? p.steps * p.rounds : p.steps,
    batchSize: p.batchSize,
    learningRate: p.learningRate,
    minLearningRate: Math.min(p.minLearningRate, p.learningRate),
    schedule: "cosine",
  } as const;
}
