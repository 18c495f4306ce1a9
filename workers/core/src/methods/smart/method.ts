import { loraOf, stepsFor } from "../learning.ts";
import { defineMethod, type IterationView } from "../method.ts";
import { keptAny, type Plan, replay } from "../replay.ts";
import { SmartParameters } from "./parameters.ts";
import { smartReducers, tryName } from "./reducers.ts";

/** Tries another way after a failure, and learns the way that worked as if it had been the first. */
export const smart = defineMethod<SmartParameters>({
  id: "smart",
  title: "SMART",
  summary:
    "Learns which way of solving to try first: after a failure another way is forced, and the one that worked becomes the first answer.",
  paper: {
    title: "SMART: Self-learning Meta-strategy Agent for Reasoning Tasks",
    arxiv: "2410.16128",
    year: 2024,
  },
  parameters: SmartParameters,
  policies: ["tabular", "causal-lm", "image-text"],
  slots: [],
  measure: (p) => ({ form: "strategy", options: { strategies: p.strategies, choice: "policy" }, score: verdict }),
  next: (view) => replay(plan(view), view.done),
  reducers: smartReducers,
});

const verdict = { reward: { kind: "verdict" } } as const;

function* plan({ parameters: p, iteration }: IterationView<SmartParameters>): Plan {
  const reads: string[] = [];
  for (let attempt = 1; attempt <= Math.min(p.attempts, p.strategies.length); attempt += 1) {
    const shared = { split: p.split, temperatures: [p.temperature], form: "strategy" };
    const isFirst = attempt === 1;
    const options = { strategies: p.strategies, choice: isFirst ? "policy" : p.choice };
    const first = { queries: p.queries, offset: (iteration - 1) * p.queries, count: p.draws };
    const which = isFirst
      ? { draw: { ...shared, ...first, options } }
      : { draw: { ...shared, count: 1, options }, rows: `open-${attempt - 1}` };
    yield { name: tryName(attempt), kind: "sample", slot: "policy", ...which, score: verdict };
    reads.push(tryName(attempt));
    if (attempt === Math.min(p.attempts, p.strategies.length)) break;
    const rest = yield { name: `open-${attempt}`, kind: "reduce", reducer: "failed", reads: [...reads] };
    if (rest["open"] === 0) break;
  }
  const kept = yield { name: "keep", kind: "reduce", reducer: "keep", reads };
  if (!keptAny(kept)) return;
  yield {
    name: "learn",
    kind: "learn",
    slot: "policy",
    rows: "keep",
    pooled: p.isPooled,
    learning: {
      objective: "sft",
      from: p.from,
      steps: stepsFor(Number(kept["kept"]), p),
      batchSize: p.batchSize,
      learningRate: p.learningRate,
      schedule: "linear",
      lora: loraOf(p.loraRank, { alpha: 2 * (p.loraRank ?? 1) }),
    },
  };
}
