import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type IterationView, type Step } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { ISheepParameters } from "./parameters.ts";
import { iSheepReducers } from "./reducers.ts";

/** Makes its own instructions, answers and grades them, and learns from the pairs it thinks good, always anew from the first weights. */
export const iSheep = defineMethod<ISheepParameters>({
  id: "i-sheep",
  title: "I-SHEEP",
  summary:
    "Invents instructions, answers and grades them itself, and learns the pairs it grades high from its first weights on.",
  paper: {
    title: "I-SHEEP: Self-Alignment of LLM from Scratch through an Iterative Self-Enhancement Paradigm",
    arxiv: "2408.08072",
    year: 2024,
  },
  parameters: ISheepParameters,
  policies: ["causal-lm", "image-text"],
  slots: [],
  measure: () => ({ form: "answer", options: {}, score: none }),
  next: (view) => replay(plan(view), view.done),
  reducers: iSheepReducers,
});

const none = { reward: { kind: "none" } } as const;

function* plan({ parameters: p, iteration }: IterationView<ISheepParameters>): Plan {
  const invent = {
    split: p.split,
    queries: p.seeds,
    offset: (iteration - 1) * p.seeds,
    // A few more than wanted: some will be dropped.
    count: Math.min(1024, Math.ceil((1.2 * p.generated) / p.seeds)),
    temperatures: [p.temperature],
    form: "instruct",
    options: { examples: p.examples },
  };
  yield { name: "invent", kind: "sample", slot: "policy", draw: invent, score: none };
  yield { name: "screen", kind: "reduce", reducer: "screen", reads: ["invent"] };
  yield { name: "answer", kind: "sample", slot: "policy", draw: answerOnce(p), score: none, rows: "screen" };
  const reads = ["answer"];
  if (p.rule !== "none") yield* grade(p, reads);
  const kept = yield { name: "keep", kind: "reduce", reducer: "keep", reads };
  if (keptAny(kept)) yield learn(p, Number(kept["kept"]));
}

function* grade(p: ISheepParameters, reads: string[]): Plan {
  yield { name: "answers", kind: "reduce", reducer: "answers", reads: ["answer"] };
  for (const criterion of ["quality", "following"]) {
    const draw = { ...greedy(p, "grade"), options: { criterion } };
    yield { name: `grade-${criterion}`, kind: "sample", slot: "policy", draw, score: none, rows: "answers" };
    reads.push(`grade-${criterion}`);
  }
  if (p.probe === 0) return;
  yield { name: "probe", kind: "reduce", reducer: "probe", reads: ["answer"] };
  const draw = { ...greedy(p, "grade"), options: { criterion: "quality" } };
  yield { name: "frozen-grade", kind: "sample", slot: "policy", weights: "base", draw, score: none, rows: "probe" };
  reads.push("frozen-grade");
}

function answerOnce(p: ISheepParameters) {
  if (p.answerTemperature === 0) return greedy(p, "answer");
  return { split: p.split, count: 1, temperatures: [p.answerTemperature], form: "answer" };
}

const greedy = ({ split }: ISheepParameters, form: string) => ({ split, count: 0, greedy: true, form });

function learn(p: ISheepParameters, rows: number): Step {
  return {
    name: "learn",
    kind: "learn",
    slot: "policy",
    rows: "keep",
    pooled: p.style === "total-base",
    learning: {
      objective: "sft",
      from: p.style === "one-last" ? "current" : "base",
      steps: stepsFor(rows, p),
      batchSize: p.batchSize,
      learningRate: p.learningRate,
      schedule: "cosine",
      warmupSteps: p.warmupSteps,
      lora: loraOf(p.loraRank, { alpha: p.loraAlpha, dropout: p.loraDropout }),
    },
  };
}
