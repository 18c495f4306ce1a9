import { describe, expect, test } from "vitest";
import { createRandom } from "../../statistics/create-random.ts";
import { findMethod } from "../index.ts";
import type { Step } from "../method.ts";
import { bestOf } from "../rows/best-of.ts";
import { makeTable } from "../testing.ts";
import { selfRewards } from "./self-reward.ts";
import { stopsAt } from "./stops-at.ts";

const method = findMethod("sharpening");
const context = { parameters: method.parse({}), iteration: 1, seed: 0, done: [] };

/** Best of N drawn from a table, by its own log-probability, as the reducer picks it. */
function winner(table: readonly number[], draws: number, random: () => number): number {
  const rows = Array.from({ length: draws }, () => {
    let left = random();
    const index = table.findIndex((p) => (left -= p) < 0);
    return { index: index < 0 ? table.length - 1 : index };
  });
  return bestOf(rows, ({ index }) => Math.log(table[index] ?? 0))?.index ?? 0;
}

test.each([
  { table: [0.5, 0.3, 0.2], draws: 4, law: [0.9375, 0.0609, 0.0016] },
  { table: [0.4, 0.35, 0.25], draws: 4, law: [0.8704, 0.125694, 0.003906] },
  { table: [0.1, ...Array.from({ length: 10 }, () => 0.09)], draws: 16, law: [0.814698] },
])("best-of-$draws wins as often as its law says", ({ table, draws, law }) => {
  const random = createRandom(3);
  const count = 20_000;
  const wins = Array.from({ length: count }, () => winner(table, draws, random));

  for (const [answer, share] of law.entries()) {
    const seen = wins.filter((index) => index === answer).length / count;
    expect(Math.abs(seen - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / count));
  }
});

test("a longer text wins by its mean, a shorter by its sum; votes go to the answer most gave", () => {
  const rows = [
    { answer: "7", baseLogProb: -6, tokens: 3 },
    { answer: "3", baseLogProb: -8, tokens: 10 },
  ];
  const votes = ["7", "7", "3", "7", "3", "5"].map((answer) => ({ answer, baseLogProb: 0, tokens: 1 }));

  expect(selfRewards(rows, "log-probability")).toEqual([-6, -8]);
  expect(selfRewards(rows, "mean-log-probability")).toEqual([-2, -0.8]);
  expect(selfRewards(votes, "majority").map((share) => Math.round(6 * share))).toEqual([3, 3, 2, 3, 2, 1]);
});

test.each([
  [[0.5, ...Array.from({ length: 20 }, () => 0.1)], 6],
  [[0.05, 0.2, ...Array.from({ length: 20 }, () => 0.05)], 15],
  [Array.from({ length: 20 }, () => 0.9), 4],
  [[0.1, 0.1], undefined],
])("adaptive drawing of %j stops at %d", (probabilities, at) => {
  expect(stopsAt(probabilities, 0.1)).toBe(at);
});

describe("reducers", () => {
  const row = (query: string, text: string, logProb: number) => ({
    query_id: query,
    text,
    answer: text,
    base_log_prob: logProb,
    tokens: 1,
    reward: logProb,
  });

  test("learn the first of the likeliest of each query", () => {
    const draw = makeTable([row("a", "x", -2), row("a", "y", -1), row("a", "z", -1), row("b", "w", -3)]);

    const { training, verdicts, summary } = method.findReducer("select")({ draw }, context);

    expect(training.map(({ target }) => target)).toEqual(["y", "w"]);
    expect(verdicts["draw"]).toEqual(["not_best", "kept", "not_best", "kept"]);
    expect(summary).toMatchObject({ drawn: 4, kept: 2, meanBaseLogProb: -2 });
  });

  test("draw on where the likeliest may not have been seen, and then count only the draws it took", () => {
    const sure = [0.9, 0.9, 0.9, 0.9].map((p) => row("sure", "s", Math.log(p)));
    const rare = [0.1, 0.1, 0.1, 0.1].map((p, i) => row("rare", `r${i}`, Math.log(p)));
    const first = makeTable([...sure, ...rare]);
    const second = makeTable([0.05, 0.4, 0.4, 0.4, 0.9].map((p, i) => row("rare", `s${i}`, Math.log(p))));

    const rest = method.findReducer("unfinished")({ "draw-1": first }, context);
    const kept = method.findReducer("likeliest")({ "draw-1": first, "draw-2": second }, context);

    expect(rest.training.map((query) => query.query_id)).toEqual(["rare"]);
    // 8 x 0.4 is enough: what came after is not looked at.
    expect(kept.training.map(({ target }) => target)).toEqual(["s1", "s"]);
  });

  test("pair two texts with what the first weights think of both", () => {
    const draw = makeTable([row("a", "x", -2), row("a", "y", -1), row("b", "w", -3)]);

    expect(method.findReducer("pair")({ draw }, context).training).toEqual([
      { query_id: "a", prompt: "a?", target: "x", rejected: "y", base_log_prob: -2, rejected_base_log_prob: -1 },
    ]);
  });

  test("find a case hopeless where the model prefers what is wrong, and then plan nothing more", () => {
    const probe = makeTable([
      { ...row("a", "x", -2), correct: true },
      { ...row("a", "y", -1), correct: false },
      { ...row("a", "z", -1.5), correct: false },
    ]);
    const { summary } = method.findReducer("diagnose")({ probe }, context);
    const done = [
      { step: { name: "probe", kind: "reduce", reducer: "", reads: [] } as Step, summary: {} },
      { step: { name: "diagnose", kind: "reduce", reducer: "", reads: [] } as Step, summary },
    ];

    expect(summary).toMatchObject({
      auc: 0,
      isHopeless: true,
      alarms: [{ code: "self_reward_uninformative", isFatal: true }],
    });
    expect(method.next({ parameters: context.parameters, iteration: 1, seed: 0, done, earlier: [] })).toBeUndefined();
  });
});
