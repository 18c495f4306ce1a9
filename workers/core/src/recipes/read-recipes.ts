import { findRecipe, namedRecipes, type NamedRecipe, type PageOf, type PageQuery } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";

/** Named recipes in the order of the list, or from its end. The cursor is a name. */
export function listRecipes({ after, limit, order }: PageQuery): PageOf<NamedRecipe> {
  const all = order === "asc" ? namedRecipes : namedRecipes.toReversed();
  const position = after === undefined ? -1 : all.findIndex(({ name }) => name === after);
  if (after !== undefined && position < 0)
    throw new AppError("invalid_cursor", "after must be the last_id of the page before, a recipe's name");
  const data = all.slice(position + 1, position + 1 + limit);
  return {
    object: "list",
    data,
    first_id: data[0]?.name ?? null,
    last_id: data.at(-1)?.name ?? null,
    has_more: position + 1 + limit < all.length,
  };
}

export function getRecipe(name: string): NamedRecipe {
  const recipe = findRecipe(name);
  if (!recipe) throw new AppError("not_found", `recipe ${name} does not exist: GET /v1/recipes lists them`);
  return recipe;
}
