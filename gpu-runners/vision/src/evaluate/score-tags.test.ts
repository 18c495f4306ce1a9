import { describe, expect, it } from "vitest";
import { namesLabel, scoreTags } from "./score-tags.ts";

describe("tag scores", () => {
  it("adds up hits over all samples before it divides", () => {
    const pairs = [
      { tags: ["Red", "fox", "fox "], gold: ["red", "animal"] },
      { tags: ["sea"], gold: ["sea", "water", "beach"] },
    ];

    expect(scoreTags(pairs)).toEqual({ precision: 2 / 3, recall: 2 / 5, f1: 4 / 8, count: 2 });
  });

  it("is null without gold tags and zero without any tag said", () => {
    expect(scoreTags([])).toBeNull();
    expect(scoreTags([{ tags: [], gold: ["x"] }])).toEqual({ precision: 0, recall: 0, f1: 0, count: 1 });
  });
});

describe("namesLabel", () => {
  it.each([
    ["A red-fox, running.", "red fox", true],
    ["a foxglove", "fox", false],
    ["Straße in CAFÉ", "café", true],
    ["anything", "!?", false],
    ["the foxes", "fox", false],
  ])("%j and %j: %s", (text, label, isNamed) => {
    expect(namesLabel(text, label)).toBe(isNamed);
  });
});
