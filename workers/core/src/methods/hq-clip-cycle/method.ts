import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type IterationView, type Step } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { clipSlot } from "../reward-choice.ts";
import { HqClipCycleParameters } from "./parameters.ts";
import { cycleReducers } from "./reducers.ts";

/** Refiner and CLIP in a circle: CLIP chooses what the refiner learns, the refiner writes what CLIP learns. */
export const hqClipCycle = defineMethod<HqClipCycleParameters>({
  id: "hq-clip-cycle",
  title: "HQ-CLIP cycle",
  summary:
    "Refines texts, trains CLIP on them, and lets the new CLIP choose the refiner's next lessons; a frozen CLIP looks on.",
  paper: {
    title:
      "HQ-CLIP: Leveraging Large Vision-Language Models to Create High-Quality Image-Text Datasets and CLIP Models",
    arxiv: "2507.22431",
    year: 2025,
  },
  parameters: HqClipCycleParameters,
  policies: ["label", "image-text"],
  slots: [clipSlot],
  measure: (p) => ({ form: "answer", options: {}, score: marginOf(p) }),
  next: (view) => replay(plan(view), view.done),
  reducers: cycleReducers,
});

function* plan({ parameters: p, iteration }: IterationView<HqClipCycleParameters>): Plan {
  const images = { split: p.split, queries: p.queries, offset: (iteration - 1) * p.queries };
  if (p.learns !== "clip") {
    const draw = { ...images, count: p.draws, temperatures: [p.temperature] };
    yield { name: "draw", kind: "sample", slot: "policy", draw, score: marginOf(p) };
    const kept = yield { name: "select", kind: "reduce", reducer: "select", reads: ["draw"] };
    if (!keptAny(kept)) return;
    yield learnRefiner(p, Number(kept["kept"]));
  }
  if (p.learns === "refiner") return;
  const refine = { ...images, count: 0, greedy: true };
  yield { name: "refine", kind: "sample", slot: "policy", draw: refine, score: { reward: { kind: "none" } } };
  const { paired } = yield { name: "pair", kind: "reduce", reducer: "pair", reads: ["refine"] };
  if (paired !== 0) yield learnClip(p);
}

function marginOf({ distractors }: HqClipCycleParameters) {
  return { reward: { kind: "clip-margin", slot: clipSlot, distractors } } as const;
}

function learnRefiner(p: HqClipCycleParameters, rows: number): Step {
  const learning = {
    objective: "sft",
    from: "current",
    steps: stepsFor(rows, p),
    batchSize: p.batchSize,
    learningRate: p.learningRate,
    schedule: "cosine",
    lora: loraOf(p.loraRank, { alpha: 2 * (p.loraRank ?? 1) }),
  } as const;
  return { name: "learn", kind: "learn", slot: "policy", rows: "select", learning };
}

function learnClip(p: HqClipCycleParameters): Step {
  const learning = {
    objective: "contrastive",
    from: "current",
    steps: p.clipSteps,
    batchSize: p.clipBatchSize,
    learningRate: p.clipLearningRate,
    schedule: "cosine",
    warmupSteps: p.clipWarmupSteps,
    weightDecay: p.clipWeightDecay,
  } as const;
  return { name: "learn-clip", kind: "learn", slot: clipSlot, rows: "pair", learning };
}
