import { describe, expect, it } from "vitest";
import type { Vectors } from "../vectors.ts";
import { minimize } from "./lbfgs.ts";
import { fitLogistic, predictLogistic } from "./logistic-regression.ts";
import { createRandom } from "./random.ts";
import { sweepLambda } from "./sweep-lambda.ts";

function makeBlobs(count: number): { features: Vectors; truths: number[]; classCount: number } {
  const random = createRandom(1);
  const truths = Array.from({ length: count }, (_, i) => i % 3);
  const data = truths.flatMap((truth) => [0, 1, 2].map((d) => (d === truth ? 1 : 0) + random() - 0.5));
  return { features: { data: Float32Array.from(data), count, dim: 3 }, truths, classCount: 3 };
}

describe("L-BFGS", () => {
  it("finds the bottom of Rosenbrock's valley", async () => {
    const valley = async (point: Float64Array, gradient: Float64Array) => {
      const [x = 0, y = 0] = point;
      gradient.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    };

    const { point, hasConverged } = await minimize(valley, Float64Array.of(-1.2, 1), {
      maxIterations: 200,
      tolerance: 1e-8,
    });

    expect(hasConverged).toBe(true);
    expect([...point]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
  });

  it("says when it was stopped early", async () => {
    const bowl = async (point: Float64Array, gradient: Float64Array) => {
      gradient.set(point.map((part, i) => part * 10 ** i));
      return point.reduce((sum, part, i) => sum + (part * part * 10 ** i) / 2, 0);
    };

    const { hasConverged, iterations } = await minimize(bowl, Float64Array.of(1, 1, 1, 1, 1), {
      maxIterations: 2,
      tolerance: 1e-10,
    });

    expect([hasConverged, iterations]).toEqual([false, 2]);
  });
});

describe("logistic regression", () => {
  it("separates what can be separated and shrinks with the penalty", async () => {
    const blobs = makeBlobs(300);

    const [weak, strong] = [
      await fitLogistic(blobs, { lambda: 0.01, maxIterations: 500 }),
      await fitLogistic(blobs, { lambda: 1e4, maxIterations: 500 }),
    ];

    const scores = await predictLogistic(weak.point, blobs.features);
    const right = blobs.truths.filter((truth, i) => {
      const row = scores.subarray(i * 3, i * 3 + 3);
      return row.indexOf(Math.max(...row)) === truth;
    });
    const size = (weights: Float64Array) => Math.hypot(...weights.subarray(0, 9));
    expect(right.length / 300).toBeGreaterThan(0.95);
    expect(weak.hasConverged).toBe(true);
    expect(size(strong.point)).toBeLessThan(0.1 * size(weak.point));
  });

  it("with an endless penalty predicts the classes' shares", async () => {
    const blobs = makeBlobs(90);
    const truths = blobs.truths.map((truth, i) => (i < 45 ? 0 : truth));

    const { point } = await fitLogistic({ ...blobs, truths }, { lambda: 1e9, maxIterations: 500 });

    const odds = [9, 10, 11].map((i) => Math.exp(point[i] ?? 0));
    const shares = odds.map((own) => own / odds.reduce((sum, other) => sum + other, 0));
    expect(shares).toEqual([60 / 90, 15 / 90, 15 / 90].map((share) => expect.closeTo(share, 3)));
  });
});

describe("the sweep over penalties", () => {
  it("comes to within an eighth of a decade of the best in at most 15 fits", async () => {
    const best = 10 ** 1.3;

    const { best: found, tried } = await sweepLambda(
      async (lambda) => 1 / (1 + Math.abs(Math.log10(lambda / best))),
      undefined,
    );

    expect(Math.abs(Math.log10(found / best))).toBeLessThanOrEqual(0.125);
    expect(tried.length).toBeLessThanOrEqual(15);
  });

  it("takes the first of equals, and only those given", async () => {
    const { best, tried } = await sweepLambda(async () => 0.5, [3, 1, 2]);

    expect(best).toBe(3);
    expect(tried.map(({ lambda }) => lambda)).toEqual([1, 2, 3]);
  });
});
