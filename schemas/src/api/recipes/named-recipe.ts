import { z } from "zod";
import { TrainRecipe } from "../recipe.ts";

/** Where a value comes from: a paper's text or figures, a paper's published code, or our own choice where neither says. */
export const ValueSource = z.enum(["paper", "repo", "ours"]);
export type ValueSource = z.infer<typeof ValueSource>;

export const RecipeValue = z
  .object({
    path: z.string().meta({ description: "of the value in the recipe, as in hni.weight" }),
    value: z.union([z.string(), z.number(), z.boolean()]),
    source: ValueSource,
    note: z.string(),
  })
  .meta({ id: "RecipeValue" });
export type RecipeValue = z.infer<typeof RecipeValue>;

/** A recipe with a name: what it is for, whose choice it is, and where each of its values comes from. */
export const NamedRecipe = z
  .object({
    object: z.literal("recipe"),
    name: z.string(),
    about: z.string(),
    /** Architecture it was published with, as open_clip names it; null where any will do. */
    architecture: z.string().nullable(),
    /** The recipe this one is an ablation of. */
    ablationOf: z.string().nullable(),
    values: z.array(RecipeValue),
    recipe: TrainRecipe,
  })
  .meta({ id: "NamedRecipe" });
export type NamedRecipe = z.infer<typeof NamedRecipe>;

export type ValueRow = readonly [path: string, value: string | number | boolean, source: ValueSource, note: string];

export interface RecipeDraft {
  name: string;
  about: string;
  architecture?: string;
  /** Its values are taken over; rows here replace those of the same path. */
  from?: NamedRecipe;
  isAblation?: boolean;
  values: readonly ValueRow[];
}

/** Builds a named recipe. That every path is one of the recipe's own is what `named-recipes.test.ts` sees to. */
export function defineRecipe({
  name,
  about,
  architecture,
  from,
  isAblation = false,
  values,
}: RecipeDraft): NamedRecipe {
  const rows = new Map((from?.values ?? []).map((row) => [row.path, row]));
  for (const [path, value, source, note] of values) rows.set(path, { path, value, source, note });
  const merged = [...rows.values()];
  const input: Group = {};
  for (const { path, value } of merged) setAt(input, path.split("."), value);
  return {
    object: "recipe",
    name,
    about,
    architecture: architecture ?? from?.architecture ?? null,
    ablationOf: isAblation && from ? from.name : null,
    values: merged,
    recipe: TrainRecipe.parse(input),
  };
}

interface Group {
  [key: string]: Group | RecipeValue["value"];
}

function setAt(group: Group, [head = "", ...rest]: readonly string[], value: RecipeValue["value"]): void {
  if (rest.length === 0) {
    group[head] = value;
    return;
  }
  const inner = group[head];
  const next = typeof inner === "object" ? inner : {};
  group[head] = next;
  setAt(next, rest, value);
}
