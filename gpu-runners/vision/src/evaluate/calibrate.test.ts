import { describe, expect, it } from "vitest";
import { calibrate } from "./calibrate.ts";
import { scoreGroups } from "./score-groups.ts";

describe("calibration", () => {
  it("is the weighted gap between confidence and accuracy of the bins", () => {
    const confidences = [0.95, 0.97, 0.5, 0.52];

    const { ece, bins } = calibrate(confidences, { isRight: (i) => [0, 1, 2].includes(i), logitScale: 100 });

    expect(bins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
      [2, 0.5],
      [2, 1],
    ]);
    expect(ece).toBeCloseTo((2 * Math.abs(0.5 - 0.51) + 2 * Math.abs(1 - 0.96)) / 4, 12);
  });

  it("puts a confidence of one into the last bin", () => {
    expect(calibrate([1], { isRight: () => true, logitScale: 1 })).toMatchObject({
      ece: 0,
      bins: [{ count: 1, low: 14 / 15 }],
    });
  });
});

describe("groups", () => {
  const ranks = Int32Array.of(1, 1, 2, 6, 1, 7);
  const groupOf = (i: number) => ["north", "north", "south", "south", "Other", null][i] ?? null;
  const options = { field: "region", groupOf, hasTop5: true };

  it("are told by the worst one, ignored ones aside", () => {
    expect(scoreGroups({ ranks }, { ...options, ignored: ["Other"] })).toMatchObject({
      field: "region",
      count: 3,
      worstAcc1: 0,
      worstAcc1Group: "south",
      worstAcc5: 0.5,
      worstAcc5Group: "south",
    });
  });

  it("are null where no sample has one", () => {
    expect(scoreGroups({ ranks }, { ...options, groupOf: () => null, ignored: [] })).toBeNull();
  });
});
