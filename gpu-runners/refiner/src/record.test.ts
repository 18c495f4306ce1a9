import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { openEmbeddedModel, type EmbeddedModel } from "./embedded-model.ts";
import { keptStart, readRecord } from "./record.ts";

let model: EmbeddedModel;
beforeAll(async () => {
  model = await openEmbeddedModel(fileURLToPath(new URL("../../../tests/fixtures", import.meta.url)), "tiny-refiner");
});
const read = (text: string) => readRecord(model.tokenizer.encode(text, { add_special_tokens: false }).ids, model);

describe("readRecord", () => {
  it("reads the four texts between their marks", () => {
    expect(read("<d+> red fox, showing snow<d-> grey wolf<t+> fox, snow<t-> wolf, sea")).toEqual({
      reading: {
        refinement: {
          positiveDescription: "red fox, showing snow",
          negativeDescription: "grey wolf",
          positiveTags: ["fox", "snow"],
          negativeTags: ["wolf", "sea"],
        },
      },
      isRepaired: false,
    });
  });

  it("repairs by dropping tags that are in both lists, too long or too many", () => {
    const many = Array.from({ length: 25 }, (_, i) => `tag${i}`).join(", ");

    const { reading, isRepaired } = read(`<d+> fox<d-> wolf<t+> fox, snow<t-> ${"x".repeat(70)}, Snow, ${many}`);

    expect(isRepaired).toBe(true);
    expect(reading).toMatchObject({ refinement: { positiveTags: ["fox", "snow"] } });
    expect("refinement" in reading && reading.refinement.negativeTags[0]).toBe("tag0");
    expect("refinement" in reading && reading.refinement.negativeTags.length).toBeLessThanOrEqual(20);
  });

  it.each([
    ["a missing part", "<d+> fox<d-> wolf<t+> fox", "refine_invalid_json"],
    ["parts out of order", "<d-> wolf<d+> fox<t+> fox<t-> wolf", "refine_invalid_json"],
    ["a doubled part", "<d+> fox<d+> fox<d-> wolf<t+> fox<t-> wolf", "refine_invalid_json"],
    ["no negative tag of its own", "<d+> fox<d-> wolf<t+> fox<t-> fox", "refine_check_failed"],
    ["an empty description", "<d+><d-> wolf<t+> fox<t-> wolf", "refine_check_failed"],
    [
      "a negative that names what the positive names",
      "<d+> red fox, showing snow<d-> Red fox, showing sea<t+> fox<t-> wolf",
      "refine_check_failed",
    ],
  ])("rejects %s", (_, text, code) => {
    expect(read(text)).toMatchObject({ reading: { problem: { code } } });
  });
});

describe("keptStart", () => {
  it("keeps an answer up to the mark of d-, and nothing of one without it", () => {
    const encode = (text: string) => model.tokenizer.encode(text, { add_special_tokens: false }).ids;

    expect(keptStart(encode("<d+> fox<d-> fox<t+> fox"), model)).toEqual(encode("<d+> fox<d->"));
    expect(keptStart(encode("<d+> fox fox fox"), model)).toEqual([]);
  });
});
