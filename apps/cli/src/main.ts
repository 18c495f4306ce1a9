import { Command, CommanderError } from "commander";
import { upCommand } from "./commands/up.ts";
import { formatFailure, toFailure } from "./errors.ts";
import { surviveClosedPipes } from "./output.ts";

surviveClosedPipes();
const program = new Command("whetstone")
  .description("refine image-text data, train models on it and judge them")
  .option("--json", "print JSON on stdout and nothing else there")
  .option("--profile <name>", "use this profile of ~/.config/whetstone/config.json")
  .showHelpAfterError("(add --help for usage)");
for (const command of [upCommand()]) program.addCommand(command);
for (const command of [program, ...program.commands, ...program.commands.flatMap((group) => [...group.commands])]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const failure = toFailure(error);
  const { exitCode, ...rest } = failure;
  if (program.opts().json) process.stdout.write(`${JSON.stringify({ error: rest })}\n`);
  process.stderr.write(`${formatFailure(failure)}\n`);
  return exitCode;
}
