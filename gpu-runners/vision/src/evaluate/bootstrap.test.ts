import { describe, expect, it } from "vitest";
import { bootstrapMeans } from "./bootstrap.ts";
import { createRandom } from "./random.ts";

const flips = (count: number, share: number) => {
  const random = createRandom(7);
  return Array.from({ length: count }, () => (random() < share ? 1 : 0));
};

describe("a bootstrap", () => {
  it("gives the interval that theory gives for a share", () => {
    const values = flips(2000, 0.3);
    const mean = values.reduce((sum: number, value) => sum + value, 0) / values.length;
    const error = Math.sqrt((mean * (1 - mean)) / values.length);

    const { acc1 } = bootstrapMeans({ acc1: values }, 0);

    expect(acc1.low).toBeCloseTo(mean - 1.96 * error, 2);
    expect(acc1.high).toBeCloseTo(mean + 1.96 * error, 2);
  });

  it("covers the true share about 95 times of a hundred", () => {
    const random = createRandom(3);
    const covered = Array.from({ length: 200 }, (_, seed) => {
      const { low, high } = bootstrapMeans({ x: Array.from({ length: 150 }, () => (random() < 0.4 ? 1 : 0)) }, seed).x;
      return low <= 0.4 && 0.4 <= high;
    }).filter(Boolean).length;

    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(199);
  });

  it("is the same for the same seed, and another for another", () => {
    const values = flips(100, 0.5).map((value, i) => value + i / 1000);

    expect(bootstrapMeans({ x: values }, 1)).toEqual(bootstrapMeans({ x: values }, 1));
    expect(bootstrapMeans({ x: values }, 2)).not.toEqual(bootstrapMeans({ x: values }, 1));
  });

  it("has no width where all units are alike", () => {
    expect(bootstrapMeans({ x: [1, 1, 1] }, 0)).toEqual({ x: { low: 1, high: 1 } });
  });
});
