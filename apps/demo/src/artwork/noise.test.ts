import { describe, expect, it } from "vitest";
import { loadConcepts } from "./concepts.ts";
import { altKinds, makeAltText } from "./noise.ts";
import { vendors } from "./vendors.ts";

const concepts = loadConcepts();
const alts = concepts.map((concept) => ({ concept, ...makeAltText(concept, concepts, "test") }));

describe("makeAltText", () => {
  it("says the same for the same seed and something else for another", () => {
    const again = concepts.map((concept) => makeAltText(concept, concepts, "test").text);
    const other = concepts.map((concept) => makeAltText(concept, concepts, "other").text);

    expect(again).toEqual(alts.map(({ text }) => text));
    expect(other).not.toEqual(again);
  });

  it("names the thing in about three texts of ten", () => {
    const good = alts.filter(({ kind }) => kind === "good");

    expect(good.length / alts.length).toBeGreaterThan(0.26);
    expect(good.length / alts.length).toBeLessThan(0.34);
    expect(good.every(({ concept, text }) => text.includes(concept.label))).toBe(true);
  });

  it("goes wrong in every way there is, and never leaves a text empty", () => {
    expect(new Set(alts.map(({ kind }) => kind))).toEqual(new Set(altKinds));
    expect(alts.every(({ text }) => text.trim() !== "")).toBe(true);
  });
});

describe("the artwork's split", () => {
  it("holds out about one concept in eight", () => {
    const share = concepts.filter(({ heldOut }) => heldOut).length / concepts.length;

    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.15);
  });

  it("lets no share-alike drawing train weights that ship", () => {
    const shipped = vendors.filter(({ role }) => role === "train" || role === "judge");

    expect(shipped.filter(({ license }) => license.includes("SA"))).toEqual([]);
  });

  it("keeps the two fluent sets, which repeat each other, on one side", () => {
    const roles = vendors.filter(({ name }) => name.startsWith("fluent")).map(({ role }) => role);

    expect(new Set(roles).size).toBe(1);
  });
});
