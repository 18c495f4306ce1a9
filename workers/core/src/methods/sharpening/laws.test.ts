import { expect, test } from "vitest";
import { createRandom } from "../../statistics/create-random.ts";
import { findMethod } from "../index.ts";
import { makeTable } from "../testing.ts";
import { bestOfLaw, coverage, drawsNeeded, liftPercent, meanLogProb, smallestEpsilon } from "./laws.ts";

const method = findMethod("sharpening");
const context = { parameters: method.parse({}), iteration: 1, seed: 0, done: [] };
const table = [0.5, 0.3, 0.2];

test.each([
  { chance: 0.1, rho: 0.05, exact: 29, bound: 30 },
  { chance: 0.5, rho: 0.05, exact: 5, bound: 6 },
  { chance: 0.02, rho: 0.1, exact: 114, bound: 116 },
  { chance: 0.25, rho: 0.01, exact: 17, bound: 19 },
])("a text of chance $chance is missed with chance $rho after $exact draws", ({ chance, rho, exact, bound }) => {
  expect(drawsNeeded(chance, rho)).toEqual({ exact, bound });
  expect((1 - chance) ** exact).toBeLessThanOrEqual(rho);
  expect((1 - chance) ** (exact - 1)).toBeGreaterThan(rho);
});

test("the bound on draws is never below the exact number", () => {
  for (let chance = 0.01; chance < 1; chance += 0.03)
    for (const rho of [0.3, 0.1, 0.01, 1e-4]) {
      const { exact, bound } = drawsNeeded(chance, rho);
      expect(bound).toBeGreaterThanOrEqual(exact);
    }
});

test("coverage and epsilon are those of the reference's queries", () => {
  expect(coverage([0.5, 0.25, 0.1])).toBeCloseTo(16 / 3, 10);
  expect(smallestEpsilon([0.97, 0.9, 0.6, 0.99], 0.1)).toBe(0.25);
});

test("the texts that best-of-N leaves grow likelier with N, and never likelier than the likeliest", () => {
  expect(meanLogProb(table, 1)).toBeCloseTo(-1.029653, 6);
  expect(meanLogProb(table, 4)).toBeCloseTo(-0.725723, 6);
  expect(meanLogProb(table, Number.POSITIVE_INFINITY)).toBeCloseTo(-Math.LN2, 10);
  const means = Array.from({ length: 20 }, (_, i) => meanLogProb(table, i + 1));
  for (const [i, mean] of means.entries()) {
    expect(mean).toBeGreaterThanOrEqual(means[i - 1] ?? Number.NEGATIVE_INFINITY);
    expect(mean).toBeLessThanOrEqual(Math.log(0.5));
  }
  expect(bestOfLaw(table, 4).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("the reducer's winners have the log-probability that the law says", () => {
  const random = createRandom(5);
  const queries = 4000;
  const draw = makeTable(
    Array.from({ length: 4 * queries }, (_, i) => {
      let left = random();
      const found = table.findIndex((chance) => (left -= chance) < 0);
      const index = found < 0 ? table.length - 1 : found;
      return {
        query_id: `q${i % queries}`,
        text: String(index),
        base_log_prob: Math.log(table[index] ?? 0),
        tokens: 1,
      };
    }),
  );

  const { summary } = method.findReducer("select")({ draw }, context);

  // Four deviations of the mean of 4,000 winners.
  expect(Math.abs(Number(summary["meanBaseLogProb"]) - meanLogProb(table, 4))).toBeLessThan(0.01);
});

test("lift is told in per cent of greedy accuracy", () => {
  expect(liftPercent(0.62, 0.5)).toBeCloseTo(24, 10);
});

test("greedy, token by token, misses the likeliest text unless that has more than half of the mass", () => {
  // Chances of texts of two tokens: what comes first, then what comes after it.
  const greedyOf = (tree: Record<string, Record<string, number>>): string => {
    const sums = Object.entries(tree).map(
      ([head, ends]) => [head, Object.values(ends).reduce((a, b) => a + b, 0)] as const,
    );
    const [head] = sums.reduce((best, one) => (one[1] > best[1] ? one : best));
    const [end] = Object.entries(tree[head] ?? {}).reduce((best, one) => (one[1] > best[1] ? one : best));
    return head + end;
  };
  const likeliestOf = (tree: Record<string, Record<string, number>>): string => {
    const texts = Object.entries(tree).flatMap(([head, ends]) =>
      Object.entries(ends).map(([end, p]) => [head + end, p] as const),
    );
    return texts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
  };
  const split = { A: { x: 0.3, y: 0.3 }, B: { x: 0.4 } };
  expect([greedyOf(split), likeliestOf(split)]).toEqual(["Ax", "Bx"]);

  // Sharpened by best-of-8 the likeliest has more than half, and greedy finds it.
  const law = bestOfLaw([0.3, 0.3, 0.4], 8);
  const sharpened = { A: { x: law[0] ?? 0, y: law[1] ?? 0 }, B: { x: law[2] ?? 0 } };
  expect(law[2]).toBeGreaterThan(0.5);
  expect(greedyOf(sharpened)).toBe("Bx");
});
