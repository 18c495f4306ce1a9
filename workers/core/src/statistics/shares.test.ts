import { expect, test } from "vitest";
import { areaUnderCurve } from "./auc.ts";
import { fairTossPValue } from "./binomial.ts";
import { wilsonInterval } from "./wilson.ts";

// SciPy's binomtest(k, n).proportion_ci(method="wilson").
test.each([
  [12, 53, 0.134546, 0.355263],
  [0, 10, 0, 0.277533],
  [10, 10, 0.722467, 1],
])("Wilson's interval of %d in %d is SciPy's", (...[successes, count, low, high]) => {
  const interval = wilsonInterval(successes, count);

  expect(interval.low).toBeCloseTo(low, 5);
  expect(interval.high).toBeCloseTo(high, 5);
});

test.each([
  [12, 3, 0.035156],
  [5, 5, 1],
  [20, 10, 0.098737],
])("%d wins and %d losses have McNemar's exact p", (wins, losses, p) => {
  expect(fairTossPValue(wins, wins + losses)).toBeCloseTo(p, 6);
});

test("the area under the curve is the share of pairs in order, ties half", () => {
  const high = [0.9, 0.5, 0.5, 0.2];
  const low = [0.5, 0.1, 0.7];
  const pairs = high.flatMap((a) => low.map((b) => (a > b ? 1 : Number(a === b) / 2)));

  expect(areaUnderCurve(high, low)).toBeCloseTo(pairs.reduce((sum, value) => sum + value, 0) / pairs.length, 12);
  expect(areaUnderCurve(high, [])).toBeUndefined();
});
