import { createRoute, z } from "@hono/zod-openapi";
import { getRecipe, listRecipes } from "@whetstone/core/recipes/read-recipes";
import { NamedRecipe, Page } from "@whetstone/schemas/api";
import { rowsQuery } from "../params.ts";
import { createRouter, json, problems } from "../router.ts";

const tags = ["Recipes"];

const getAll = createRoute({
  method: "get",
  path: "/v1/recipes",
  tags,
  summary: "List named recipes",
  description: "Each with the source of its values: a paper, a paper's code, or our own choice.",
  request: rowsQuery,
  responses: { 200: json(Page(NamedRecipe), "A page of recipes"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/recipes/{name}",
  tags,
  summary: "Get a named recipe",
  request: { params: z.object({ name: z.string().max(100) }) },
  responses: { 200: json(NamedRecipe, "The recipe"), ...problems },
});

export const recipes = createRouter()
  .openapi(getAll, (c) => c.json(listRecipes(c.req.valid("query")), 200))
  .openapi(getOne, (c) => c.json(getRecipe(c.req.valid("param").name), 200));
