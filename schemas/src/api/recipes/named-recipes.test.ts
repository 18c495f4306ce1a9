import { expect, test } from "vitest";
import { findRecipe, namedRecipes } from "./named-recipes.ts";

test("names are unlike, and every value is in the recipe where its path says", () => {
  expect(new Set(namedRecipes.map(({ name }) => name)).size).toBe(namedRecipes.length);
  for (const { name, recipe, values } of namedRecipes)
    for (const { path, value } of values) expect(recipe, `${name}: ${path}`).toHaveProperty(path, value);
});

test("every ablation differs from what it ablates", () => {
  for (const { ablationOf, recipe } of namedRecipes.filter((named) => named.ablationOf !== null))
    expect(recipe).not.toEqual(findRecipe(ablationOf ?? "")?.recipe);
});

test("the plain arm and the HQ arm have one budget", () => {
  const budget = (name: string) => {
    const recipe = findRecipe(name)?.recipe;
    return [recipe?.steps, recipe?.batchSize, recipe?.learningRate, recipe?.warmupSteps];
  };

  expect(budget("hq-clip-small")).toEqual(budget("raw-small"));
  expect(budget("hq-clip-datacomp-large")).toEqual(budget("datacomp-large"));
  expect(findRecipe("raw-small")?.recipe).toMatchObject({
    positiveProbability: 0,
    hni: { weight: 0 },
    tags: { weight: 0 },
  });
});

test.each([
  { name: "datacomp-small", batchSize: 4096, samples: 12_800_000, architecture: "ViT-B-32" },
  { name: "datacomp-medium", batchSize: 4096, samples: 128_000_000, architecture: "ViT-B-32" },
  { name: "datacomp-large", batchSize: 8192, samples: 1_280_000_000, architecture: "ViT-B-16" },
])("$name sees DataComp's samples", ({ name, batchSize, samples, architecture }) => {
  const named = findRecipe(name);

  expect(named).toMatchObject({ architecture, recipe: { batchSize, learningRate: 5e-4, warmupSteps: 500 } });
  expect((named?.recipe.steps ?? 0) * batchSize).toBeGreaterThanOrEqual(samples);
  expect(((named?.recipe.steps ?? 0) - 1) * batchSize).toBeLessThan(samples);
});

test("what HQ-CLIP leaves open is marked as ours, each with an ablation beside it", () => {
  const { values = [] } = findRecipe("hq-clip-small") ?? {};
  const ablated = new Set(
    namedRecipes
      .filter(({ ablationOf }) => ablationOf === "hq-clip-small")
      .flatMap((ablation) => ablation.values.filter((row) => !values.includes(row)).map(({ path }) => path)),
  );

  for (const path of [
    "positiveProbability",
    "hni.weight",
    "hni.form",
    "hni.tagProbability",
    "tags.weight",
    "tags.form",
  ]) {
    expect(values.find((row) => row.path === path)?.source, path).toBe("ours");
    expect(ablated, path).toContain(path);
  }
});
