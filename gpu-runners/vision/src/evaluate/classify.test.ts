import { describe, expect, it } from "vitest";
import { classify, embedClasses } from "./classify.ts";
import { scoreClassification } from "./score-classification.ts";
import type { Vectors } from "../vectors.ts";

const toVectors = (rows: number[][]): Vectors => ({
  data: Float32Array.from(rows.flat()),
  count: rows.length,
  dim: rows[0]?.length ?? 0,
});

describe("zero-shot classification", () => {
  it("scores a case computed by hand", async () => {
    const classes = toVectors([
      [1, 0],
      [0, 1],
      [0.6, 0.8],
    ]);
    const images = toVectors([
      [1, 0],
      [0.8, 0.6],
      [0, 1],
      [0.6, 0.8],
    ]);
    const truths = [0, 0, 1, 0];

    const verdicts = await classify(images, classes, { truths, logitScale: 10 });
    const { scores, classes: rows } = scoreClassification(verdicts, {
      truths,
      classes: ["a", "b", "c"],
      skippedCount: 2,
      seed: 0,
    });

    expect([...verdicts.predicted]).toEqual([0, 2, 1, 2]);
    expect([...verdicts.ranks]).toEqual([1, 2, 1, 3]);
    expect(verdicts.confidences[0]).toBeCloseTo(1 / (1 + Math.exp(-10) + Math.exp(-4)), 6);
    expect(scores).toMatchObject({
      sampleCount: 4,
      classCount: 3,
      emptyClassCount: 1,
      skippedCount: 2,
      acc1: 0.5,
      acc5: null,
      meanPerClassRecall: (1 / 3 + 1) / 2,
      // F1 of a: 2·1/(3+1), of b: 2·1/(1+1); c has no sample.
      macroF1: (0.5 + 1) / 2,
      confusions: [{ label: "a", predicted: "c", count: 2 }],
    });
    expect(rows[2]).toEqual({ name: "c", count: 0, recall: 0, precision: 0, f1: 0 });
  });

  it("counts a tie against the model", async () => {
    const { predicted, ranks } = await classify(
      toVectors([[1, 0]]),
      toVectors([
        [1, 0],
        [1, 0],
      ]),
      { truths: [0], logitScale: 100 },
    );

    expect([predicted[0], ranks[0]]).toEqual([1, 2]);
  });

  it("averages the normalised templates of a class and normalises again", async () => {
    const lengths = { "a cat": [3, 0], "cat!": [0, 5], "a dog": [0, 2], "dog!": [0, 7] } as Record<string, number[]>;

    const { data } = await embedClasses(["cat", "dog"], ["a {}", "{}!"], async (texts) =>
      toVectors(texts.map((text) => lengths[text] ?? [])),
    );

    expect(Array.from(data)).toEqual([Math.SQRT1_2, Math.SQRT1_2, 0, 1].map((value) => expect.closeTo(value, 6)));
  });

  it("gives the same scores in whatever order the samples come", async () => {
    const classes = toVectors(Array.from({ length: 7 }, (_, c) => [Math.cos(c), Math.sin(c)]));
    const rows = Array.from({ length: 40 }, (_, i) => ({
      row: [Math.cos(i * 1.7), Math.sin(i * 1.7)],
      truth: (i * 5) % 7,
    }));
    const score = async (order: typeof rows) => {
      const truths = order.map(({ truth }) => truth);
      const verdicts = await classify(toVectors(order.map(({ row }) => row)), classes, { truths, logitScale: 100 });
      return scoreClassification(verdicts, { truths, classes: "abcdefg".split(""), skippedCount: 0, seed: 0 }).scores;
    };

    const [forward, backward] = [await score(rows), await score(rows.toReversed())];

    expect(backward.acc1).toBe(forward.acc1);
    expect(backward.acc5).toBe(forward.acc5);
    expect(backward.meanPerClassRecall).toBeCloseTo(forward.meanPerClassRecall, 12);
  });
});
