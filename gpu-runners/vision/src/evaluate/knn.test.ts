import { describe, expect, it } from "vitest";
import type { Vectors } from "../vectors.ts";
import { vote } from "./knn.ts";

const toVectors = (angles: number[]): Vectors => ({
  data: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
  count: angles.length,
  dim: 2,
});
const train = { images: toVectors([0, 0.3, 0.35, 0.4]), truths: [0, 1, 1, 1] };

describe("nearest neighbours", () => {
  it("outvote the nearest one when they are near too", async () => {
    const { predicted, ranks } = await vote(train, toVectors([0.14]), {
      truths: [1],
      classCount: 2,
      k: 4,
      temperature: 1,
    });

    expect([predicted[0], ranks[0]]).toEqual([1, 1]);
  });

  it("lose to the nearest one at a low temperature, or when only one may vote", async () => {
    const cold = await vote(train, toVectors([0.14]), { truths: [1], classCount: 2, k: 4, temperature: 0.0005 });
    const single = await vote(train, toVectors([0.14]), { truths: [1], classCount: 2, k: 1, temperature: 1 });

    expect([cold.predicted[0], single.predicted[0]]).toEqual([0, 0]);
  });

  it("do not help a class that got no vote: it comes last", async () => {
    const { ranks } = await vote(train, toVectors([0.3]), { truths: [3], classCount: 5, k: 4, temperature: 0.07 });

    expect(ranks[0]).toBe(5);
  });
});
