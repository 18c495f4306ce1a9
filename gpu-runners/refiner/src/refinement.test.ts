import { describe, expect, it } from "vitest";
import { goodAnswer } from "./make-endpoint.ts";
import { readRefinement, refinementJsonSchema } from "./refinement.ts";

const codeOf = (answer: string) => {
  const reading = readRefinement(answer);
  return "problem" in reading ? reading.problem.code : "ok";
};
const withParts = (parts: object) => JSON.stringify({ ...goodAnswer, ...parts });

describe("readRefinement", () => {
  it.each([
    ["bare JSON", JSON.stringify(goodAnswer)],
    ["a fenced block", `\`\`\`json\n${JSON.stringify(goodAnswer, null, 2)}\n\`\`\``],
    ["a fenced block without a language", `  \`\`\`\n${JSON.stringify(goodAnswer)}\`\`\`  `],
  ])("reads %s", (_, answer) => {
    expect(readRefinement(answer)).toEqual({ refinement: goodAnswer });
  });

  it("drops outer space and repeated tags", () => {
    const reading = readRefinement(
      withParts({ positiveTags: [" fox", "Fox", "snow "], positiveDescription: " a fox\n" }),
    );

    expect(reading).toMatchObject({ refinement: { positiveTags: ["fox", "snow"], positiveDescription: "a fox" } });
  });

  it.each([
    ["half JSON", JSON.stringify(goodAnswer).slice(0, -20), "refine_invalid_json"],
    ["prose around JSON", `Sure! ${JSON.stringify(goodAnswer)}`, "refine_invalid_json"],
    ["nothing", "", "refine_invalid_json"],
    ["a missing part", JSON.stringify({ ...goodAnswer, negativeTags: undefined }), "refine_check_failed"],
    ["an extra part", withParts({ note: "x" }), "refine_check_failed"],
    ["a list instead of an object", "[]", "refine_check_failed"],
    ["an empty description", withParts({ positiveDescription: "  " }), "refine_check_failed"],
    ["a description beyond all bounds", withParts({ positiveDescription: "x".repeat(2001) }), "refine_check_failed"],
    ["no tags", withParts({ negativeTags: [] }), "refine_check_failed"],
    ["21 tags", withParts({ negativeTags: Array.from({ length: 21 }, (_, i) => `t${i}`) }), "refine_check_failed"],
    ["a tag of 61 letters", withParts({ negativeTags: ["x".repeat(61)] }), "refine_check_failed"],
    ["a tag in both lists, in another case", withParts({ negativeTags: ["SNOW"] }), "refine_check_failed"],
    ["equal descriptions", withParts({ negativeDescription: "A red  fox in the snow" }), "refine_check_failed"],
    ["a refusal in prose", "I’m sorry, but I can’t assist with this request.", "refine_refused"],
    [
      "a refusal as a description",
      withParts({ positiveDescription: "I cannot describe people in images." }),
      "refine_refused",
    ],
    ["an assistant talking of itself", "As an AI language model, I do not see images.", "refine_refused"],
  ])("finds fault with %s", (_, answer, code) => {
    expect(codeOf(answer)).toBe(code);
  });

  it("does not take a caption that quotes an apology for a refusal", () => {
    expect(codeOf(withParts({ positiveDescription: "a card with the words I'm sorry" }))).toBe("ok");
    expect(codeOf(withParts({ positiveDescription: "I love New York shirt on a mannequin" }))).toBe("ok");
  });

  it("tells guided decoding the same shape", () => {
    expect(refinementJsonSchema).toMatchObject({
      type: "object",
      required: Object.keys(goodAnswer),
      additionalProperties: false,
    });
  });
});
