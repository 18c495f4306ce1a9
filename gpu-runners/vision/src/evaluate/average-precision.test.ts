import { describe, expect, it } from "vitest";
import type { Vectors } from "../vectors.ts";
import { averagePrecisions } from "./average-precision.ts";
import { createRandom } from "./random.ts";

/** Vectors of one number, so that a class `[1]` scores each image by its own number. */
const toVectors = (values: number[]): Vectors => ({ data: Float32Array.from(values), count: values.length, dim: 1 });

describe("average precision", () => {
  it("is the mean precision at each right image", async () => {
    const images = toVectors([0.9, 0.8, 0.7, 0.6]);

    const { values, mean } = await averagePrecisions(toVectors([1, 1, 1]), images, {
      positives: [[0, 2], [3], []],
      seed: 0,
    });

    expect([...values]).toEqual([(1 + 2 / 3) / 2, 1 / 4, Number.NaN]);
    expect(mean).toBe(((1 + 2 / 3) / 2 + 1 / 4) / 2);
  });

  it("lets what is wrong win every tie", async () => {
    const { values } = await averagePrecisions(toVectors([1]), toVectors([0.5, 0.5, 0.5, 0.1]), {
      positives: [[0, 1]],
      seed: 0,
    });

    expect(values[0]).toBe((1 / 2 + 2 / 3) / 2);
  });

  it("agrees with counting ranks one by one, and its interval holds it", async () => {
    const random = createRandom(5);
    const scores = Array.from({ length: 300 }, () => Math.fround(Math.round(random() * 50) / 50));
    const own = scores.flatMap((score, i) => (random() < score / 3 ? [i] : []));
    const others = scores.filter((_, i) => !own.includes(i));
    const sorted = own.map((i) => scores[i] ?? 0).toSorted((a, b) => b - a);
    const slow = sorted.map(
      (score, place) => (place + 1) / (place + 1 + others.filter((other) => other >= score).length),
    );
    const expected = slow.reduce((sum, value) => sum + value, 0) / slow.length;

    const { mean, interval } = await averagePrecisions(toVectors([1]), toVectors(scores), {
      positives: [own],
      seed: 0,
    });

    expect(mean).toBeCloseTo(expected, 10);
    expect(interval?.low).toBeLessThan(mean);
    expect(interval?.high).toBeGreaterThan(mean);
  });
});
