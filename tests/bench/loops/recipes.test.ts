import { findMethod } from "@whetstone/core/methods";
import { methodIds } from "@whetstone/schemas/api";
import { expect, test } from "vitest";
import { listArms } from "./arms.ts";
import { readRecipes } from "./recipes.ts";

test.each(methodIds)(
  "the recipes of %s are loops that the API would take, with parameters the method has",
  async (id) => {
    const recipes = await readRecipes(id);

    expect(recipes["one-gpu"].method).toBe(id);
    expect(() => findMethod(id).parse(recipes["one-gpu"].parameters)).not.toThrow();
    for (const { parameters } of recipes["two-cores"]) expect(() => findMethod(id).parse(parameters)).not.toThrow();
  },
);

test("every arm of the experiments changes parameters that its method has", async () => {
  for (const { method, recipe } of await listArms())
    expect(() => findMethod(method).parse(recipe.parameters)).not.toThrow();
});
