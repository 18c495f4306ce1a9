import { Command, CommanderError } from "commander";
import { formatFailure } from "./errors.ts";
import { loadCommands } from "./load-commands.ts";
import { surviveClosedPipes } from "./output.ts";

surviveClosedPipes();
const program = new Command("whetstone")
  .description("refine image-text data, train models on it and judge them")
  .option("--json", "print JSON on stdout and nothing else there")
  .option("--profile <name>", "use this profile of ~/.config/whetstone/config.json");
for (const command of await loadCommands(process.argv.slice(2))) program.addCommand(command);
strict(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

/** Wrong usage of a command, however deep, is ours to report. */
function strict(command: Command): void {
  command.exitOverride().showHelpAfterError("(add --help for usage)");
  for (const member of command.commands) strict(member);
}

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { toFailure } = await import("./failures.ts");
  const failure = toFailure(error);
  const { exitCode, ...rest } = failure;
  if (program.opts().json) process.stdout.write(`${JSON.stringify({ error: rest })}\n`);
  process.stderr.write(`${formatFailure(failure)}\n`);
  return exitCode;
}
