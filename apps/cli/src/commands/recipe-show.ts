import { findRecipe } from "@whetstone/schemas/api";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { createOutput, formatTable } from "../output.ts";

export function recipeShowCommand(): Command {
  return new Command("show")
    .description("a recipe's values and where each comes from")
    .argument("<name>", "as `recipe list` names it")
    .action((name: string, _flags: object, command: Command) => {
      const named = findRecipe(name);
      if (!named)
        throw new CliError(`recipe ${name} does not exist: \`whetstone recipe list\` names them`, { exitCode: 2 });
      const rows = named.values.map(({ path, value, source, note }) => [path, String(value), source, note]);
      const facts = [
        `${named.name}: ${named.about}`,
        ...(named.ablationOf === null ? [] : [`an ablation of ${named.ablationOf}`]),
        "",
        formatTable([["VALUE", "IS", "FROM", "WHY"], ...rows]),
        "",
        "All other values are the defaults.",
      ];
      createOutput(command.optsWithGlobals()).print(named, facts.join("\n"));
    });
}
