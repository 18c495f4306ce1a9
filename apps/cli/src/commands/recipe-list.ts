import { namedRecipes } from "@whetstone/schemas/api";
import { Command } from "commander";
import { createOutput, formatTable } from "../output.ts";

export function recipeListCommand(): Command {
  return new Command("list").description("recipes that have a name").action((_flags: object, command: Command) => {
    const rows = namedRecipes.map(({ name, recipe, architecture, about }) => [
      name,
      String(recipe.steps),
      String(recipe.batchSize),
      architecture ?? "any",
      about,
    ]);
    const text = formatTable([["RECIPE", "STEPS", "BATCH", "ARCHITECTURE", "ABOUT"], ...rows]);
    createOutput(command.optsWithGlobals()).print(namedRecipes, text);
  });
}
