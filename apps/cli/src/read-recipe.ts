import { readFileSync } from "node:fs";
import { findRecipe, TrainRecipe } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "./errors.ts";

/** A recipe given by name, as JSON, or as a file of JSON; `changes` replace its values. */
export function readRecipe(given: string | undefined, changes: { steps?: number | undefined }): TrainRecipe {
  const base = given === undefined ? {} : readValues(given);
  const parsed = TrainRecipe.safeParse(changes.steps === undefined ? base : { ...base, steps: changes.steps });
  if (parsed.success) return parsed.data;
  throw new CliError(`--recipe is no recipe: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
}

function readValues(given: string): object {
  const named = findRecipe(given);
  if (named) return named.recipe;
  const text = given.trimStart().startsWith("{") ? given : readText(given);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new CliError(`--recipe is not JSON: ${String(cause)}`, { exitCode: 2 });
  }
  throw new CliError("--recipe must be a JSON object", { exitCode: 2 });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new CliError(`--recipe ${path} is no recipe's name and no file: \`whetstone recipe list\` names them`, {
      exitCode: 2,
    });
  }
}
