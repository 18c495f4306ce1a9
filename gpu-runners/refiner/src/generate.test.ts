import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { openEmbeddedModel, type EmbeddedModel } from "./embedded-model.ts";
import { generate, type GenerateRow } from "./generate.ts";
import { toPixels } from "./pixels.ts";
import { toPromptIds } from "./record.ts";

const fixtures = fileURLToPath(new URL("../../../tests/fixtures/", import.meta.url));
type Expected = {
  alts: string[];
  prompts: number[][];
  tokens: { pad: number; image: number; stop: number };
  maxNewTokens: number;
  answers: number[][];
};
const expected: Expected = JSON.parse(readFileSync(`${fixtures}tiny-refiner/expected.json`, "utf8"));
let model: EmbeddedModel;
let rows: GenerateRow[];

beforeAll(async () => {
  model = await openEmbeddedModel(fixtures, "tiny-refiner");
  const pixels = await Promise.all(
    expected.alts.map((_, i) => toPixels(readFileSync(`${fixtures}tiny-refiner/${i}.png`), model.format.image)),
  );
  rows = expected.prompts.map((ids, i) => ({ ids, pixels: pixels[i] ?? new Float32Array(), random: () => 0.5 }));
});

const run = (batch: GenerateRow[], temperature = 0) =>
  generate(model.graphs, batch, {
    imageSize: model.format.image.size,
    maxNewTokens: expected.maxNewTokens,
    temperature,
    tokens: expected.tokens,
    signal: new AbortController().signal,
  });

describe("the embedded loop", () => {
  it("reads alt-texts into the prompts that Python makes", () => {
    expect(expected.alts.map((alt) => toPromptIds(alt, model))).toEqual(expected.prompts);
  });

  it("gives PyTorch's tokens for a batch of prompts of unequal length that stop at different steps", async () => {
    expect(await run(rows)).toEqual(expected.answers);
  });

  it("gives a row the same tokens alone as among others", async () => {
    const alone = [];
    for (const row of rows) alone.push(...(await run([row])));

    expect(alone).toEqual(expected.answers);
  });

  it("samples by the numbers it is given, and differently from greedy", async () => {
    const counted = () => {
      let n = 0;
      return () => (n++ * 0.37) % 1;
    };

    const [once, again] = [
      await run(
        rows.map((row) => ({ ...row, random: counted() })),
        1.5,
      ),
      await run(
        rows.map((row) => ({ ...row, random: counted() })),
        1.5,
      ),
    ];

    expect(again).toEqual(once);
    expect(once).not.toEqual(expected.answers);
  });

  it("stops between steps when the task is stopped", async () => {
    const controller = new AbortController();
    controller.abort(new Error("stopped"));
    const { tokens, maxNewTokens } = expected;

    const stopped = generate(model.graphs, rows, {
      imageSize: model.format.image.size,
      maxNewTokens,
      temperature: 0,
      tokens,
      signal: controller.signal,
    });

    await expect(stopped).rejects.toThrow("stopped");
  });
});
