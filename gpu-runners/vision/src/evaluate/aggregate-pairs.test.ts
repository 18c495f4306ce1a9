import { describe, expect, it } from "vitest";
import { aggregatePairs, type JudgedPair } from "./aggregate-pairs.ts";

const pairs = (subset: string, [right, total]: [number, number], category: string | null = null): JudgedPair[] =>
  Array.from({ length: total }, (_, i) => ({ subset, category, isRight: i < right, chance: 0.5 }));

describe("aggregates of compositional pairs", () => {
  it("pools SugarCrepe's subsets by what was done to the caption", () => {
    const judged = [
      ...pairs("replace_obj", [9, 10]),
      ...pairs("replace_att", [1, 30]),
      ...pairs("swap_obj", [1, 2]),
      ...pairs("add_att", [3, 4]),
    ];

    const { aggregate, missing } = aggregatePairs(judged, { rule: "sugar-crepe" });

    expect(aggregate).toBeCloseTo((10 / 40 + 1 / 2 + 3 / 4) / 3, 12);
    expect(missing).toEqual([]);
  });

  it("averages ARO's sets, two of them over their categories, small ones left out", () => {
    const judged = [
      ...pairs("vg_relation", [9, 10], "on"),
      ...pairs("vg_relation", [0, 90], "under"),
      ...pairs("vg_attribution", [30, 30], "red"),
      ...pairs("vg_attribution", [0, 24], "rare"),
      ...pairs("coco_order", [1, 4]),
    ];

    const { aggregate, missing } = aggregatePairs(judged, { rule: "aro" });

    expect(aggregate).toBeCloseTo((0.45 + 1 + 0.25) / 3, 12);
    expect(missing).toEqual(["flickr30k_order"]);
  });

  it("averages VALSE's phenomena, each over its own files first", () => {
    const judged = [
      ...pairs("existence", [1, 2]),
      ...pairs("counting-hard", [0, 10]),
      ...pairs("counting-small-quant", [10, 10]),
      ...pairs("counting-adversarial", [5, 10]),
      ...pairs("foil-it", [9, 10]),
    ];

    const { aggregate, missing } = aggregatePairs(judged, { rule: "valse" });

    expect(aggregate).toBeCloseTo((0.5 + 0.5 + 0.9) / 3, 12);
    expect(missing).toContain("plurals");
  });

  it("weighs pairs as often as they were drawn", () => {
    const judged = [...pairs("a", [1, 2]), ...pairs("b", [0, 1])];

    const { aggregate } = aggregatePairs(judged, { rule: "mean-of-subsets", weights: Uint16Array.of(2, 1, 3) });

    expect(aggregate).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });
});
