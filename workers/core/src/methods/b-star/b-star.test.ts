import { describe, expect, test } from "vitest";
import { createRandom } from "../../statistics/create-random.ts";
import { findMethod } from "../index.ts";
import type { Step } from "../method.ts";
import { makeTable } from "../testing.ts";
import { balanceScore, targetPerQuery } from "./balance-score.ts";
import { gridOf } from "./grid.ts";
import { searchBalance } from "./search-balance.ts";

const method = findMethod("b-star");

test.each([
  [6, 6, 6, 1],
  [7, 7, 6, 1],
  [2, 2, 6, 0.333333],
  [16, 64, 6, 0.25],
  [3, 4, 6, 0.375],
  [8, 10, 6, 0.8],
  [6, 12, 6, 0.5],
  [0, 5, 6, 0],
  [0, 0, 6, 0],
  [2, 4, 6, 0.166667],
  [2, 3, 6, 0.222222],
  [6, 6, 8, 0.75],
  [2, 2, 8, 0.25],
  [16, 64, 8, 0.25],
  [3, 4, 8, 0.28125],
  [8, 10, 8, 0.8],
])("balance of %d right among %d, %d wanted, is %d", (...[right, kept, target, score]) => {
  expect(balanceScore({ right, kept, target })).toBeCloseTo(score, 6);
});

test("n* is the papers'", () => {
  const targets = [
    [67_500, 11_500],
    [13_500, 2627],
    [12, 6],
  ].map(([samples = 0, queries = 1]) => targetPerQuery({ samples, queries }));
  expect(targets).toEqual([6, 6, 2]);
});

test("a wrong text never raises the balance, a new right one never lowers it below the target", () => {
  for (let kept = 1; kept < 12; kept += 1)
    for (let right = 0; right <= kept; right += 1) {
      const score = balanceScore({ right, kept, target: 6 });
      expect(balanceScore({ right, kept: kept + 1, target: 6 })).toBeLessThanOrEqual(score);
      const better = balanceScore({ right: right + 1, kept: kept + 1, target: 6 });
      expect(right >= 6 || better >= score).toBe(true);
    }
});

describe("the search", () => {
  const row = (temperature: number, [key, correct, prm]: [string, 0 | 1, number]) => ({
    temperature,
    key,
    isCorrect: correct === 1,
    reward: correct + prm,
  });
  const cold = [
    Array.from({ length: 4 }, () => row(0.5, ["a", 1, 0.6])),
    Array.from({ length: 4 }, () => row(0.5, ["b", 0, 0.3])),
  ];
  const warm: ReturnType<typeof row>[][] = [
    [["a", 1, 0.6] as const, ["c", 1, 0.2] as const, ["d", 1, -0.3] as const, ["e", 0, 0.1] as const],
    [["b", 0, 0.3] as const, ["f", 1, 0.4] as const, ["g", 0, -0.2] as const, ["h", 0, -0.6] as const],
  ].map((rows) => rows.map(([key, correct, prm]) => row(1, [key, correct, prm])));
  const queries = [0, 1].map((q) => [...(cold[q] ?? []), ...(warm[q] ?? [])]);
  const options = { temperatures: [0.5, 1], thresholds: [-0.5, 0, 0.5, 1, 1.3], target: 3 };

  test("finds the reference's winner and its whole grid", () => {
    const found = searchBalance(queries, options);

    expect(found).toMatchObject({ temperature: 1, threshold: 0.5 });
    expect(found.score).toBeCloseTo(2 / 3, 12);
    const scoresOf = (temperature: number) =>
      found.grid
        .filter((point) => point.temperature === temperature)
        .toSorted((a, b) => a.threshold - b.threshold)
        .map(({ score }) => Number(score.toFixed(6)));
    expect(scoresOf(0.5)).toEqual([0.166667, 0.166667, 0.166667, 0.166667, 0.166667]);
    expect(scoresOf(1)).toEqual([0.430556, 0.458333, 0.666667, 0.5, 0.333333]);
  });

  test("takes the lowest temperature, then the highest threshold, of equals", () => {
    const same = [[row(1, ["a", 1, 0]), row(0.5, ["a", 1, 0])]];

    expect(searchBalance(same, options)).toMatchObject({ temperature: 0.5, threshold: 0.5 });
  });

  test("is quick: 600 queries, 64 draws, 14 temperatures, 21 thresholds", () => {
    const random = createRandom(7);
    const temperatures = gridOf({ low: 0.2, high: 1.5, step: 0.1 });
    const many = Array.from({ length: 600 }, () =>
      temperatures.flatMap((temperature) =>
        Array.from({ length: 64 }, () => {
          const isCorrect = random() < 0.4;
          return {
            temperature,
            key: `k${Math.floor(random() * 40)}`,
            isCorrect,
            reward: Number(isCorrect) + 2 * random() - 1,
          };
        }),
      ),
    );

    const start = performance.now();
    const found = searchBalance(many, { temperatures, thresholds: gridOf({ low: -1, high: 1, step: 0.1 }), target: 6 });

    expect(found.grid).toHaveLength(14 * 21);
    // The promise is 2 s; machines that do much else at once get more.
    expect(performance.now() - start).toBeLessThan(6000);
  });
});

describe("a round", () => {
  const parameters = method.parse({ queries: 3, samplesWanted: 6, tuningQueries: 2, temperatureHigh: 0.6, steps: 10 });
  const view = { parameters, iteration: 2, seed: 0, earlier: [] };
  const explored = { temperature: 0.6, threshold: 0.5, decisions: { temperature: 0.6 } };

  test("explores the tuning queries, then draws the round's own with what it chose", () => {
    const explore = method.next({ ...view, done: [] });
    const choose = method.next({ ...view, done: [{ step: explore as Step, summary: {} }] });
    const done = [explore, choose].map((step, i) => ({ step: step as Step, summary: i === 0 ? {} : explored }));

    const draw = method.next({ ...view, done });

    expect(explore).toMatchObject({ name: "explore", draw: { queries: 2, count: 64, temperatures: [0.5, 0.6] } });
    expect(choose).toMatchObject({ name: "choose", reducer: "choose" });
    expect(draw).toMatchObject({ name: "draw", draw: { queries: 3, offset: 3, temperatures: [0.6] } });
  });

  test("keeps what is above the threshold, once a content, best first, up to N", () => {
    const rows = [
      { query_id: "a", text: "x", key: "x", reward: 1.4, correct: true },
      { query_id: "a", text: "X", key: "x", reward: 1.5, correct: true },
      { query_id: "a", text: "y", key: "y", reward: 0.9, correct: true },
      { query_id: "a", text: "z", key: "z", reward: 0.5, correct: false },
      { query_id: "b", text: "w", key: "w", reward: 0.6, correct: false },
    ];
    const done = [
      { step: { name: "choose", kind: "reduce", reducer: "choose", reads: [] } as Step, summary: explored },
    ];

    const { verdicts, training, summary } = method.findReducer("keep")(
      { draw: makeTable(rows) },
      { parameters: { ...parameters, samplesWanted: 2 }, iteration: 2, seed: 0, done },
    );

    expect(verdicts["draw"]).toEqual(["duplicate", "kept", "over_cap", "below_threshold", "kept"]);
    expect(training.map(({ target }) => target)).toEqual(["X", "w"]);
    expect(summary).toMatchObject({ drawn: 5, kept: 2, correctKept: 1, cap: 1 });
  });

  test("learns nothing from nothing", () => {
    const done = ["explore", "choose", "draw", "keep"].map((name) => ({
      step: { name, kind: "reduce", reducer: name, reads: [] } as Step,
      summary: name === "choose" ? explored : { kept: 0, drawn: 9 },
    }));

    expect(method.next({ ...view, done })).toBeUndefined();
  });

  test.each([
    ["b-star", "current", "inherited", 90],
    ["online-rft", "current", "inherited", 90],
    ["iterative-rft", "current", "fresh", 10],
    ["rest-em", "base", "fresh", 10],
  ])("%s starts from %s weights with an optimizer that is %s", (...[mode, from, optimiser, scheduleSteps]) => {
    const done = ["explore", "choose", "draw", "keep"].map((name) => ({
      step: { name, kind: "reduce", reducer: name, reads: [] } as Step,
      summary: name === "choose" ? explored : { kept: 1 },
    }));

    expect(method.next({ ...view, parameters: { ...parameters, mode }, done })).toMatchObject({
      learning: { from, optimiser, scheduleSteps },
    });
  });
});
