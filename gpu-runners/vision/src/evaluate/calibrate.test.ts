import { describe, expect, it } from "vitest";
import { calibrate } from "./calibrate.ts";
import { scoreGroups, worstGroupIntervals } from "./score-groups.ts";

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

  it("have an interval of the worst one: a certain group's has no width, ignored ones play no part", () => {
    const sure = Int32Array.from({ length: 400 }, (_, i) => (i < 200 ? 1 : 1 + (i % 2)));
    const half = (i: number) => (i < 200 ? "certain" : "even");

    const all = worstGroupIntervals({ ranks: sure }, { groupOf: half, ignored: [], seed: 1 });
    const certain = worstGroupIntervals({ ranks: sure }, { groupOf: half, ignored: ["even"], seed: 1 });

    const error = 1.96 * Math.sqrt(0.25 / 200);
    expect(all["groups.worstAcc1"]?.low).toBeCloseTo(0.5 - error, 1);
    expect(all["groups.worstAcc1"]?.high).toBeCloseTo(0.5 + error, 1);
    expect(certain).toEqual({ "groups.worstAcc1": { low: 1, high: 1 } });
    expect(worstGroupIntervals({ ranks: sure }, { groupOf: () => null, ignored: [], seed: 1 })).toEqual({});
  });

  it("are null where no sample has one", () => {
    expect(scoreGroups({ ranks }, { ...options, groupOf: () => null, ignored: [] })).toBeNull();
  });
});
