import { readFileSync } from "node:fs";
import { findRecipe, TrainRecipe } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "./errors.ts";
import { toValue } from "./flags.ts";

interface Changes {
  steps?: number | undefined;
  /** Each `path=value`, the path with dots and the value as JSON or a word. */
  set?: string[] | undefined;
}

/** A recipe given by name, as JSON, or as a file of JSON; `changes` replace its values. */
export function readRecipe(given: string | undefined, { steps, set = [] }: Changes): TrainRecipe {
  const recipe = parse(given === undefined ? {} : readValues(given), "--recipe");
  const changes = steps === undefined ? set : [...set, `steps=${steps}`];
  for (const change of changes) setValue(recipe, change);
  return changes.length === 0 ? recipe : parse(recipe, "--set");
}

function parse(values: object, flag: string): TrainRecipe {
  const parsed = TrainRecipe.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new CliError(`${flag} makes no recipe: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
}

/** Changes a value the recipe has: a misspelt name would otherwise be left out in silence. */
function setValue(recipe: object, change: string): void {
  const [path = "", value] = change.split(/=(.*)/s);
  const names = path.split(".");
  const last = names.pop() ?? "";
  let group = recipe as Record<string, unknown>;
  for (const name of names) {
    const inner = Object.hasOwn(group, name) ? group[name] : undefined;
    if (typeof inner !== "object" || inner === null) throw unknownValue(path, group);
    group = inner as Record<string, unknown>;
  }
  if (!Object.hasOwn(group, last)) throw unknownValue(path, group);
  if (value === undefined) throw new CliError(`--set ${change}: write <path>=<value>`, { exitCode: 2 });
  group[last] = toValue(value);
}

const unknownValue = (path: string, group: object): CliError =>
  new CliError(`--set ${path} is no value of a recipe; there are ${Object.keys(group).join(", ")}`, { exitCode: 2 });

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
