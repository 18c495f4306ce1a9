import { describe, expect, test } from "vitest";
import { makeTable } from "../testing.ts";
import { bestOf, rankBy } from "./best-of.ts";
import { distinctCorrect, passAtK, rewardAtK, unbiasedPassAtK } from "./pass-at-k.ts";
import { groupByQuery, type Row } from "./rows.ts";

type Graded = [key: string, correct: 0 | 1, reward: number];
const q1: Graded[] = [
  ["a", 1, 0.9],
  ["a", 1, 0.8],
  ["b", 1, 0.4],
  ["c", 0, 0.7],
  ["d", 0, 0.1],
  ["e", 1, -0.2],
];
const q2: Graded[] = ["f", "g", "h", "i", "j", "k"].map((key, i) => {
  const reward = [0.9, 0.5, 0.3, 0.2, 0.1, 0][i] ?? 0;
  return [key, key === "g" ? 1 : 0, reward];
});
const q3: Graded[] = Array.from({ length: 6 }, () => ["l", 0, 0.1]);
const published = [q1, q2, q3].map((rows) =>
  rows.map(([key, correct, reward]) => ({ key, isCorrect: correct === 1, reward })),
);

describe("Pass@K-S and Reward@K-S", () => {
  test.each([
    [1, 2 / 3, 1 / 3],
    [2, 1 / 3, 1 / 3],
    [3, 1 / 3, 0],
    [4, 0, 0],
  ])("are the reference's at S = %d", (atLeast, pass, reward) => {
    expect(passAtK(published, { k: 6, atLeast })).toBeCloseTo(pass, 12);
    expect(rewardAtK(published, { k: 6, atLeast })).toBeCloseTo(reward, 12);
  });

  test("rise with K, fall with S, and the best rewarded is never right more often than any", () => {
    const passes = [1, 2, 3, 4, 5, 6].map((k) => passAtK(published, { k, atLeast: 1 }));

    expect(passes.toSorted((a, b) => a - b)).toEqual(passes);
    for (const k of [1, 3, 6])
      expect(rewardAtK(published, { k, atLeast: 1 })).toBeLessThanOrEqual(passAtK(published, { k, atLeast: 1 }));
  });

  test("don't see the order rows were stored in", () => {
    const rows = published.flatMap((group, q) =>
      group.map(({ key, isCorrect, reward }, i) => ({
        query_id: `q${q}`,
        sample_idx: i,
        key,
        text: key,
        correct: isCorrect,
        reward,
      })),
    );

    const forth = [...groupByQuery(makeTable(rows)).values()].map(withoutPlace);
    const back = [...groupByQuery(makeTable(rows.toReversed())).values()].map(withoutPlace);

    expect(back).toEqual(forth);
  });
});

const withoutPlace = (rows: Row[]) => rows.map((row) => ({ ...row, index: 0 }));

test.each([
  [10, 3, 1, 0.3],
  [10, 3, 5, 0.916667],
  [10, 3, 10, 1],
  [10, 1, 10, 1],
  [10, 0, 10, 0],
  [20, 2, 10, 0.763158],
  [200, 10, 10, 0.408548],
])("unbiased pass@k of %d draws, %d right, k = %d is %d", (...[count, correct, k, value]) => {
  expect(unbiasedPassAtK({ count, correct }, k)).toBeCloseTo(value, 6);
});

test("pass@k wants as many draws as k", () => {
  expect(() => unbiasedPassAtK({ count: 4, correct: 1 }, 5)).toThrow("pass@5 needs at least 5 draws, not 4");
});

test("distinct is unique over all right ones, query by query", () => {
  expect(distinctCorrect(published)).toBeCloseTo((3 / 4 + 1) / 2, 12);
  expect(distinctCorrect([published[2] ?? []])).toBeNull();
});

test("the earlier of equals is best, and what has no score is never chosen", () => {
  const rows = [
    { id: "a", s: Number.NaN },
    { id: "b", s: 1 },
    { id: "c", s: 1 },
    { id: "d", s: 2 },
  ];

  expect(rankBy(rows, ({ s }) => s).map(({ id }) => id)).toEqual(["d", "b", "c", "a"]);
  expect(bestOf(rows.slice(0, 3), ({ s }) => s)?.id).toBe("b");
  expect(bestOf(rows.slice(0, 1), ({ s }) => s)).toBeUndefined();
});
