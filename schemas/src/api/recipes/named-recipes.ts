import { datacompRecipes } from "./datacomp.ts";
import type { NamedRecipe } from "./named-recipe.ts";
import { smallRecipes } from "./small.ts";

/** All recipes there are by name, in the order a reader should meet them. */
export const namedRecipes: readonly NamedRecipe[] = [...smallRecipes, ...datacompRecipes];

export function findRecipe(name: string): NamedRecipe | undefined {
  return namedRecipes.find((recipe) => recipe.name === name);
}
