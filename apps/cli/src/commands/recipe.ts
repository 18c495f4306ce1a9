import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { recipeListCommand } from "./recipe-list.ts";
import { recipeShowCommand } from "./recipe-show.ts";

export const recipeCommand = (): Command =>
  commandGroup("recipe", "how a model is trained, by name", [recipeListCommand(), recipeShowCommand()]);
