import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readRecipe } from "./read-recipe.ts";

const folder = mkdtempSync(join(tmpdir(), "recipe-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a recipe is given by name, as JSON or as a file, and steps given beside it win", () => {
  const path = join(folder, "mine.json");
  writeFileSync(path, JSON.stringify({ batchSize: 64, hni: { weight: 1 } }));

  expect(readRecipe("hq-clip-small", {})).toMatchObject({ steps: 400, positiveProbability: 0.8 });
  expect(readRecipe("hq-clip-small", { steps: 7 }).steps).toBe(7);
  expect(readRecipe(' {"batchSize": 32}', {}).batchSize).toBe(32);
  expect(readRecipe(path, { steps: 9 })).toMatchObject({
    batchSize: 64,
    steps: 9,
    hni: { weight: 1, form: "two-way" },
  });
  expect(readRecipe(undefined, {}).positiveProbability).toBe(0);
});

test("a value of it can be changed by its path, and a misspelt one is refused", () => {
  const changes = ["data.streaming=true", "hni.form=one-plus-k", "watch.everySteps=5"];

  expect(readRecipe("hq-clip-small", { set: changes })).toMatchObject({
    data: { streaming: true },
    hni: { form: "one-plus-k" },
    watch: { everySteps: 5 },
    positiveProbability: 0.8,
  });
  expect(() => readRecipe(undefined, { set: ["data.steaming=true"] })).toThrow("there are streaming");
  expect(() => readRecipe(undefined, { set: ["steps.x=1"] })).toThrow("is no value of a recipe");
  expect(() => readRecipe(undefined, { set: ["__proto__.x=1"] })).toThrow("is no value of a recipe");
  expect(() => readRecipe(undefined, { set: ["steps"] })).toThrow("write <path>=<value>");
  expect(() => readRecipe(undefined, { set: ["steps=many"] })).toThrow("steps");
});

test.each([
  ["hq-clip-smal", "is no recipe's name and no file: `whetstone recipe list`"],
  ["{", "is not JSON"],
  ['{"steps": 0}', "steps"],
  [
    '{"contrastive": {"form": "siglip"}, "hni": {"weight": 1, "form": "in-denominator"}}',
    "needs contrastive.form infonce",
  ],
])("%s is refused with a reason", (given, reason) => {
  expect(() => readRecipe(given, {})).toThrow(reason);
});
