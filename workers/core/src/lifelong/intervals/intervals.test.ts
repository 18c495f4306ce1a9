import { expect, test } from "vitest";
import { computeMetrics } from "../compute-metrics.ts";
import { LifelongOptions } from "@whetstone/schemas/api";
import { createRandom } from "../random.ts";
import { makeTable, type MadeBlock } from "../testing.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { intervalOverLifetimes } from "./over-lifetimes.ts";
import { intervalsWithinLifetime } from "./within-lifetime.ts";

const options = LifelongOptions.parse({});

test("the normal distribution and its inverse agree with the tables", () => {
  expect(normalCdf(1.96)).toBeCloseTo(0.975_002_1, 6);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959_964, 4);
  expect(normalQuantile(0.2)).toBeCloseTo(-0.841_621, 4);
});

test("BCa over lifetimes holds the true mean of skewed values about as often as it says", () => {
  const random = createRandom(5);
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    // Exponential with mean 1.
    const values = Array.from({ length: 25 }, () => -Math.log(1 - random()));
    const interval = intervalOverLifetimes(values, { resamples: 400, seed: trial });
    if (interval && interval.low <= 1 && interval.high >= 1) held++;
  }

  expect(held / 200).toBeGreaterThan(0.86);
  expect(held / 200).toBeLessThan(0.99);
});

test("BCa leans to the long side of skewed values", () => {
  const values = [1, 1, 1, 1, 1, 1, 1, 1, 1, 9];
  const { low = 0, high = 0 } = intervalOverLifetimes(values) ?? {};

  expect(high - 1.8).toBeGreaterThan(1.8 - low);
});

test("two lifetimes give no interval, equal ones a point", () => {
  expect(intervalOverLifetimes([1, 2])).toBeUndefined();
  expect(intervalOverLifetimes([2, 2, 2])).toMatchObject({ low: 2, high: 2 });
});

test("within a lifetime, more noise makes wider intervals around the value", () => {
  const width = (noise: number): { width: number; isInside: boolean } => {
    const random = createRandom(9);
    const draw = (level: number): number => level + noise * (random() - 0.5);
    const test1 = (level: number): MadeBlock => ({
      type: "test",
      task: "a_1",
      values: Array.from({ length: 30 }, () => draw(level)),
    });
    const train: MadeBlock = { type: "train", task: "a_1", values: Array.from({ length: 80 }, (_, i) => draw(i / 80)) };
    const table = makeTable([test1(0), train, test1(1), { ...train, task: "b_1" }, test1(0.6)]);
    const result = computeMetrics({ table }, { ...options, normalizationMethod: "none" });
    const found = intervalsWithinLifetime(result, [], { resamples: 60 }).perf_maintenance_mrlep;
    const value = result.lifetime.perf_maintenance_mrlep ?? Number.NaN;
    if (!found) throw new Error("no interval");
    expect(found.method).toBe("block-bootstrap");
    return { width: found.high - found.low, isInside: found.low <= value && value <= found.high };
  };

  const [quiet, loud] = [width(0.05), width(0.5)];

  expect(quiet.isInside && loud.isInside).toBe(true);
  expect(loud.width).toBeGreaterThan(quiet.width * 5);
});
