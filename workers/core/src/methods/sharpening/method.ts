import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type DoneStep, type IterationView, type Step } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { SharpeningParameters } from "./parameters.ts";
import { sharpeningReducers, waveName } from "./reducers.ts";

/** Best-of-N by the model's own opinion of its texts, learnt into the model. No labels are read but by the diagnosis. */
export const sharpening = defineMethod<SharpeningParameters>({
  id: "sharpening",
  title: "Sharpening",
  summary:
    "Moves probability onto the texts that the model itself thinks best, so that what was dear to find becomes its first answer.",
  paper: {
    title: "Self-Improvement in Language Models: The Sharpening Mechanism",
    arxiv: "2412.01951",
    year: 2024,
  },
  parameters: SharpeningParameters,
  policies: ["tabular", "label", "causal-lm", "image-text"],
  slots: [],
  measure: (p) => ({ form: "answer", options: {}, score: scoreOf(p) }),
  next: (view) => replay(plan(view), view.done),
  reducers: sharpeningReducers,
});

function* plan({ parameters: p, iteration }: IterationView<SharpeningParameters>): Plan {
  if (iteration === 1 && p.probeQueries > 0) {
    const draw = { split: p.split, queries: p.probeQueries, count: p.probeDraws };
    yield { name: "probe", kind: "sample", slot: "policy", weights: "base", draw, score: scoreOf(p) };
    const { isHopeless } = yield { name: "diagnose", kind: "reduce", reducer: "diagnose", reads: ["probe"] };
    if (isHopeless === true) return;
  }
  const kept = yield* keep(p, iteration);
  if (keptAny(kept)) yield learn(p, Number(kept["kept"]));
}

/** Draws and chooses; the last step is always `keep`. */
function* keep(p: SharpeningParameters, iteration: number): Generator<Step, DoneStep["summary"], DoneStep["summary"]> {
  const draw = { split: p.split, queries: p.queries, offset: (iteration - 1) * p.queries };
  const sample = { kind: "sample", slot: "policy", score: scoreOf(p) } as const;
  switch (p.variant) {
    case "sft":
      yield { name: "draw", ...sample, draw: { ...draw, count: p.draws } };
      return yield { name: "keep", kind: "reduce", reducer: "select", reads: ["draw"] };
    case "pairs":
      yield { name: "draw", ...sample, weights: "base", draw: { ...draw, count: 2 } };
      return yield { name: "keep", kind: "reduce", reducer: "pair", reads: ["draw"] };
    case "online":
      yield { name: "draw", ...sample, draw: { ...draw, count: 1 } };
      yield { name: "against", ...sample, weights: "base", draw: { ...draw, count: 1 } };
      return yield { name: "keep", kind: "reduce", reducer: "pair", reads: ["draw", "against"] };
    case "adaptive":
      return yield* drawInWaves(p, draw);
  }
}

function* drawInWaves(
  p: SharpeningParameters,
  draw: { split: string; queries: number; offset: number },
): Generator<Step, DoneStep["summary"], DoneStep["summary"]> {
  const reads: string[] = [];
  for (let wave = 1; wave <= p.maxWaves; wave += 1) {
    const name = waveName(wave);
    const which =
      wave === 1
        ? { draw: { ...draw, count: p.wave } }
        : { draw: { split: p.split, count: p.wave }, rows: `rest-${wave - 1}` };
    yield { name, kind: "sample", slot: "policy", ...which, score: scoreOf(p) };
    reads.push(name);
    if (wave === p.maxWaves) break;
    const rest = yield { name: `rest-${wave}`, kind: "reduce", reducer: "unfinished", reads: [...reads] };
    if (rest["unfinished"] === 0) break;
  }
  return yield { name: "keep", kind: "reduce", reducer: "likeliest", reads };
}

function learn(p: SharpeningParameters, rows: number): Step {
  const isPairs = p.variant === "pairs" || p.variant === "online";
  return {
    name: "learn",
    kind: "learn",
    slot: "policy",
    rows: "keep",
    // XPO fits all pairs it has seen so far.
    pooled: p.variant === "online",
    learning: {
      objective: isPairs ? "sharpening-pairs" : "sft",
      from: p.variant === "online" ? "current" : "base",
      steps: stepsFor(rows, p),
      batchSize: p.batchSize,
      learningRate: p.learningRate,
      schedule: "linear",
      clipNorm: p.clipNorm,
      weightDecay: p.weightDecay,
      lora: loraOf(p.loraRank, { alpha: 2 * (p.loraRank ?? 1) }),
      beta: p.beta,
      optimism: p.variant === "online" ? p.optimism : 0,
    },
  };
}

/** The scorer is always the first weights, whoever drew. Majority has votes for scores, which need no scorer. */
function scoreOf({ selfReward, variant }: SharpeningParameters): Extract<Step, { kind: "sample" }>["score"] {
  if (selfReward === "majority" && variant === "sft") return { reward: { kind: "majority" } };
  return { reward: { kind: "log-probability", normalised: selfReward === "mean-log-probability" } };
}
