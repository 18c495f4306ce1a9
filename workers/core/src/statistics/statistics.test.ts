import { describe, expect, test } from "vitest";
import { binomialLogPmf, drawBinomial, fairTossPValue } from "./binomial.ts";
import { bootstrapInterval, mean } from "./bootstrap.ts";
import { comparePaired } from "./compare-paired.ts";
import { createRandom } from "./create-random.ts";
import { adjustByHolm } from "./holm.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

// Expected values are SciPy's (1.16) and statsmodels': stats.norm.cdf / .ppf, stats.binomtest(k, n, 0.5).pvalue, stats.binom.logpmf,
// stats.bootstrap((x,), np.mean, n_resamples=200000, random_state=1), multipletests(p, method="holm").
const off = (value: number, expected: number) => Math.abs(value - expected) / Math.abs(expected);

test.each([
  [-8, 6.22096057427174e-16],
  [-3.5, 0.00023262907903552502],
  [-2.9, 0.0018658133003840375],
  [-1, 0.15865525393145707],
  [0.3, 0.6179114221889526],
  [6, 0.9999999990134123],
])("a standard normal value is below %d as often as SciPy says", (z, p) => {
  expect(off(normalCdf(z), p)).toBeLessThan(1e-12);
});

test.each([
  [1e-12, -7.034483825301131],
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.3, -0.5244005127080409],
  [0.999999, 4.753424308817087],
])("the normal quantile of %d is SciPy's, and the way back leads there", (p, z) => {
  expect(off(normalQuantile(p), z)).toBeLessThan(1e-12);
  expect(off(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-9);
});

test.each([
  [0, 5, 0.0625],
  [3, 10, 0.34375],
  [5, 10, 1],
  [12, 40, 0.01658900337497471],
  [480, 1000, 0.2174482932041415],
  [48, 1000, 5.031679090927004e-219],
  [24_700, 50_000, 0.0073878345180358905],
])("%d heads of %d tosses have SciPy's p-value, and so have as many tails", (k, n, p) => {
  expect(off(fairTossPValue(k, n), p)).toBeLessThan(1e-9);
  expect(fairTossPValue(n - k, n)).toBe(fairTossPValue(k, n));
});

test("the binomial law is SciPy's and sums to one", () => {
  expect(off(binomialLogPmf(0, { n: 5, p: 0.3 }), -1.7833747196936622)).toBeLessThan(1e-12);
  expect(off(binomialLogPmf(480, { n: 1000, p: 0.47 }), -3.8796939157963948)).toBeLessThan(1e-11);
  expect(off(binomialLogPmf(25_000, { n: 50_000, p: 0.5 }), -5.635685494831705)).toBeLessThan(1e-10);
  const sum = Array.from({ length: 41 }, (_, k) => Math.exp(binomialLogPmf(k, { n: 40, p: 0.2 })));
  expect(
    off(
      sum.reduce((total, value) => total + value, 0),
      1,
    ),
  ).toBeLessThan(1e-12);
});

test.each([
  { n: 30, p: 0.1 },
  { n: 60, p: 0.4 },
  { n: 400, p: 0.9 },
])("drawn binomials of $n at $p follow their law (chi-square below its 99.99 % point)", ({ n, p }) => {
  const random = createRandom(7);
  const draws = 20_000;
  const seen = new Map<number, number>();
  for (let i = 0; i < draws; i += 1) {
    const k = drawBinomial({ n, p }, random);
    seen.set(k, (seen.get(k) ?? 0) + 1);
  }

  const cells = Array.from({ length: n + 1 }, (_, k) => ({
    expected: draws * Math.exp(binomialLogPmf(k, { n, p })),
    count: seen.get(k) ?? 0,
  })).filter(({ expected }) => expected >= 5);
  const chiSquare = cells.reduce((sum, { expected, count }) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = cells.length - 1;
  // Wilson and Hilferty's cube root.
  const bound = freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3;
  expect(chiSquare).toBeLessThan(bound);
});

describe("bootstrap intervals", () => {
  const skewed = [4.1, 2.2, 8.9, 3.3, 1, 12.5, 2.7, 3.9, 0.6, 5.8, 2.1, 30.2];

  test.each([
    ["percentile", 2.9, 11.458333],
    ["bca", 3.491667, 14.175],
  ] as const)("by %s are SciPy's but for chance", (method, low, high) => {
    const interval = bootstrapInterval(skewed, mean, { seed: 1, method, resamples: 50_000 });

    expect(off(interval?.low ?? 0, low)).toBeLessThan(0.02);
    expect(off(interval?.high ?? 0, high)).toBeLessThan(0.02);
  });

  test("are the same for the same seed, move with the data, and need two values", () => {
    const interval = (values: number[], seed = 3) => bootstrapInterval(values, mean, { seed, resamples: 500 });

    expect(interval(skewed)).toEqual(interval(skewed));
    expect(interval(skewed)).not.toEqual(interval(skewed, 4));
    expect(
      off(interval(skewed.map((value) => value + 100))?.low ?? 0, (interval(skewed)?.low ?? 0) + 100),
    ).toBeLessThan(1e-9);
    expect(interval([1])).toBeNull();
    expect(interval([2, 2, 2])).toEqual({ low: 2, high: 2 });
  });

  test("of a series in blocks are wider when neighbours are alike, and not when they aren't", () => {
    const random = createRandom(5);
    const alone = Array.from({ length: 400 }, () => random());
    const alike = alone.map((_, i) => alone[Math.floor(i / 20) * 20] ?? 0);
    const width = (values: number[], blockLength: number) => {
      const interval = bootstrapInterval(values, mean, { seed: 1, blockLength, resamples: 1000 });
      return (interval?.high ?? 0) - (interval?.low ?? 0);
    };

    expect(width(alike, 40) / width(alike, 1)).toBeGreaterThan(2);
    expect(width(alone, 40) / width(alone, 1)).toBeLessThan(1.5);
  });
});

describe("a paired comparison", () => {
  const random = createRandom(11);
  const a = Array.from({ length: 3000 }, () => Number(random() < 0.6));
  const b = a.map((value) => (random() < 0.1 ? 1 : value));

  test("sees which is better on which units", () => {
    const found = comparePaired(a, b, { seed: 1 });

    expect(found.onlyA).toBe(0);
    expect(found.onlyB).toBe(b.reduce((sum, value, i) => sum + (value > (a[i] ?? 0) ? 1 : 0), 0));
    expect(off(found.difference, found.onlyB / 3000)).toBeLessThan(1e-9);
    expect(off(found.b - found.a, found.difference)).toBeLessThan(1e-9);
    expect(found.pValue).toBeLessThan(1e-20);
    expect(found.interval?.low).toBeGreaterThan(0);
  });

  test("turned round is the same but for its sign", () => {
    const [forth, back] = [comparePaired(a, b, { seed: 1 }), comparePaired(b, a, { seed: 1 })];

    expect(back.difference).toBeCloseTo(-forth.difference, 12);
    expect([back.onlyA, back.onlyB, back.pValue]).toEqual([forth.onlyB, forth.onlyA, forth.pValue]);
    expect(back.interval?.low).toBeCloseTo(-(forth.interval?.high ?? 0), 2);
  });

  test("draws by number what it would draw one by one", () => {
    const quick = comparePaired(a, b, { seed: 1 }).interval;
    const slow = bootstrapInterval(
      a.map((value, i) => (b[i] ?? 0) - value),
      mean,
      { seed: 1 },
    );

    expect(quick?.low).toBeCloseTo(slow?.low ?? 0, 2);
    expect(quick?.high).toBeCloseTo(slow?.high ?? 0, 2);
  });

  test("of a model with itself finds nothing", () => {
    expect(comparePaired(a, a, { seed: 1 })).toMatchObject({
      difference: 0,
      pValue: 1,
      interval: { low: 0, high: 0 },
      onlyA: 0,
      onlyB: 0,
    });
  });

  test("of equally good ones is called significant about as often as its level says", () => {
    const draw = createRandom(3);
    const trials = 400;
    let refused = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const one = Array.from({ length: 200 }, () => Number(draw() < 0.5));
      const two = one.map((value) => (draw() < 0.3 ? Number(draw() < 0.5) : value));
      if (fairTossPValue(...discordant(one, two)) < 0.05) refused += 1;
    }

    // The exact test is conservative: at most 5 % and seldom much below 2 %.
    expect(refused / trials).toBeLessThan(0.075);
    expect(refused / trials).toBeGreaterThan(0.005);
  });

  test("refuses lists of different lengths", () => {
    expect(() => comparePaired([1], [1, 0], { seed: 1 })).toThrow("can't be paired");
  });
});

test("Holm's p-values are statsmodels', never smaller than the plain ones, in their order", () => {
  const adjusted = adjustByHolm([0.01, 0.04, 0.03, 0.005, 0.5]);

  [0.04, 0.09, 0.09, 0.025, 0.5].forEach((expected, i) => expect(off(adjusted[i] ?? 0, expected)).toBeLessThan(1e-12));
  expect(adjustByHolm([])).toEqual([]);
  expect(adjustByHolm([0.3])).toEqual([0.3]);
});

function discordant(one: number[], two: number[]): [number, number] {
  const onlyTwo = two.filter((value, i) => value > (one[i] ?? 0)).length;
  const onlyOne = one.filter((value, i) => value > (two[i] ?? 0)).length;
  return [onlyTwo, onlyOne + onlyTwo];
}
