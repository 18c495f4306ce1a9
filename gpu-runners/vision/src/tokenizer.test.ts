import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "./tokenizer.ts";

const readJson = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../tests/fixtures/tiny-clip/${name}`, import.meta.url), "utf8"));
const expected: { strings: { text: string; ids: number[] }[] } = readJson("expected.json");
const tokenize = createTokenizer(readJson("tokenizer.json"), readJson("model.json"));

describe("the CLIP tokenizer", () => {
  it.each(expected.strings)("gives open_clip's ids for $text", ({ text, ids }) => {
    expect(Array.from(tokenize(text), Number)).toEqual(ids);
  });

  it("ends a text that does not fit with the end token", () => {
    const { context, tokenizer } = readJson("model.json");

    const ids = tokenize("zebra ".repeat(100));

    expect(ids).toHaveLength(context);
    expect(Number(ids.at(-1))).toBe(tokenizer.endId);
  });
});
