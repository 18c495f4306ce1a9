import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type IterationView } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { SraMctsParameters } from "./parameters.ts";
import { sraMctsReducers } from "./reducers.ts";

/** Searches a tree of reasoning steps that it proposes, criticises and scores itself, writes a program after the best path and learns both. */
export const sraMcts = defineMethod<SraMctsParameters>({
  id: "sra-mcts",
  title: "SRA-MCTS",
  summary:
    "Finds plans by tree search over its own reasoning steps, turns them into programs, and learns those that run to the right answer.",
  paper: {
    title: "SRA-MCTS: Self-driven Reasoning Augmentation with Monte Carlo Tree Search for Code Generation",
    arxiv: "2411.11053",
    year: 2024,
  },
  parameters: SraMctsParameters,
  policies: ["causal-lm", "image-text"],
  slots: [],
  measure: () => ({ form: "answer", options: {}, score: verdict }),
  next: (view) => replay(plan(view), view.done),
  reducers: sraMctsReducers,
});

const verdict = { reward: { kind: "verdict" } } as const;

function* plan({ parameters: p, iteration }: IterationView<SraMctsParameters>): Plan {
  const draw = {
    split: p.split,
    queries: p.queries,
    offset: (iteration - 1) * p.queries,
    count: 1,
    temperatures: [p.temperature],
  };
  const sample = { kind: "sample", slot: "policy", score: verdict } as const;
  if (p.mode === "search") {
    yield {
      name: "search",
      ...sample,
      draw: { ...draw, form: "search", options: searchOf(p) },
      score: { reward: { kind: "none" } },
    };
    yield { name: "plans", kind: "reduce", reducer: "plans", reads: ["search"] };
    const translate = { split: p.split, count: 1, temperatures: [p.temperature], form: "translate" };
    yield { name: "translate", ...sample, draw: translate, rows: "plans" };
  } else {
    const [tag, count] = p.mode === "steps" ? ["steps", 1] : ["program", p.draws];
    const options = { strategies: [tag], choice: "fixed" };
    yield { name: "draw", ...sample, draw: { ...draw, count, form: "strategy", options } };
  }
  const how =
    p.mode === "search" ? { reducer: "keep", reads: ["translate", "search"] } : { reducer: "best", reads: ["draw"] };
  const kept = yield { name: "keep", kind: "reduce", ...how };
  if (!keptAny(kept)) return;
  yield {
    name: "learn",
    kind: "learn",
    slot: "policy",
    rows: "keep",
    learning: {
      objective: "sft",
      from: "current",
      steps: stepsFor(Number(kept["kept"]), p),
      batchSize: p.batchSize,
      learningRate: p.learningRate,
      schedule: "cosine",
      lora: loraOf(p.loraRank, { alpha: 2 * (p.loraRank ?? 1) }),
    },
  };
}

function searchOf(p: SraMctsParameters) {
  const { rounds, branch, lookAhead, lookAheadBranch, end, exploration, mix, unvisited, reflects, temperature } = p;
  return { rounds, branch, lookAhead, lookAheadBranch, end, exploration, mix, unvisited, reflects, temperature };
}
