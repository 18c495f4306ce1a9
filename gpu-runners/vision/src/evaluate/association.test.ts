import { describe, expect, it } from "vitest";
import { jaccard, toPrompt } from "./association.ts";

describe("associations", () => {
  it.each([
    { found: "two of two", scores: [0.9, 0.8, 0.1], matches: [true, true, false], expected: 1 },
    { found: "one of two", scores: [0.9, 0.1, 0.8], matches: [true, true, false], expected: 1 / 3 },
    { found: "none of one", scores: [0.1, 0.2], matches: [true, false], expected: 0 },
    { found: "a tie, which the wrong one wins", scores: [0.5, 0.5], matches: [true, false], expected: 0 },
  ])("score $found by the Jaccard index", ({ scores, matches, expected }) => {
    expect(jaccard(scores.map((score, i) => ({ score, isMatch: matches[i] ?? false })))).toBeCloseTo(expected, 12);
  });

  it("ask for the cue in lower case with its article", () => {
    expect([toPrompt("Werewolf"), toPrompt("Owl")]).toEqual(["A werewolf", "An owl"]);
  });
});
