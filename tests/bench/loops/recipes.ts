import { readFile } from "node:fs/promises";
import { CreateLoop, type MethodId } from "@whetstone/schemas/api";
import { z } from "zod";

const methodsFolder = new URL("../../../workers/core/src/methods/", import.meta.url);

/** What a recipe for two cores is run on: the table, the small language model that reads scenes, or the CLIP that names drawings. */
export const beds = ["table", "scenes", "emoji"] as const;
export type Bed = (typeof beds)[number];

const TwoCores = CreateLoop.pick({ parameters: true, iterations: true, maxTokens: true, measure: true })
  .extend({ bed: z.enum(beds) })
  .strict();
export type TwoCores = z.infer<typeof TwoCores>;

/** `recipes.json` beside each method. `one-gpu` is the body of `POST /v1/loops` for a card of 80 GB, but for what is the caller's: the task, and the CLIPs that reward and judge. */
export const Recipes = z.strictObject({
  "two-cores": z.array(TwoCores),
  "one-gpu": CreateLoop.omit({ task: true }).strict(),
});

export async function readRecipes(method: MethodId): Promise<z.infer<typeof Recipes>> {
  return Recipes.parse(JSON.parse(await readFile(new URL(`${method}/recipes.json`, methodsFolder), "utf8")));
}
