import type { Command } from "commander";

/** Each command behind the import that brings it: a command line loads what it names, and help loads all. */
const commands = new Map<string, () => Promise<Command>>([
  ["up", async () => (await import("./commands/up.ts")).upCommand()],
  ["down", async () => (await import("./commands/down.ts")).downCommand()],
  ["login", async () => (await import("./commands/login.ts")).loginCommand()],
  ["open", async () => (await import("./commands/open.ts")).openCommand()],
  ["dataset", async () => (await import("./commands/dataset.ts")).datasetCommand()],
  ["sample", async () => (await import("./commands/sample.ts")).sampleCommand()],
  ["refine", async () => (await import("./commands/refine.ts")).refineCommand()],
  ["train", async () => (await import("./commands/train.ts")).trainCommand()],
  ["evaluate", async () => (await import("./commands/evaluate.ts")).evaluateCommand()],
  ["suite", async () => (await import("./commands/suite.ts")).suiteCommand()],
  ["model", async () => (await import("./commands/model.ts")).modelCommand()],
  ["recipe", async () => (await import("./commands/recipe.ts")).recipeCommand()],
  ["loop", async () => (await import("./commands/loop.ts")).loopCommand()],
  ["lifelong", async () => (await import("./commands/lifelong.ts")).lifelongCommand()],
  ["schedule", async () => (await import("./commands/schedule.ts")).scheduleCommand()],
  ["report", async () => (await import("./commands/report.ts")).reportCommand()],
  ["prices", async () => (await import("./commands/prices.ts")).pricesCommand()],
  ["usage", async () => (await import("./commands/usage.ts")).usageCommand()],
  ["run", async () => (await import("./commands/run.ts")).runCommand()],
  ["webhook", async () => (await import("./commands/webhook.ts")).webhookCommand()],
]);

/** The command that the arguments begin with; all of them when that can't be told. */
export async function loadCommands(args: readonly string[]): Promise<Command[]> {
  const load = commands.get(firstWord(args) ?? "");
  return Promise.all((load ? [load] : [...commands.values()]).map((one) => one()));
}

/** Past the program's own flags; none where a flag is unknown. */
function firstWord(args: readonly string[]): string | undefined {
  let at = 0;
  while (args[at] === "--json" || args[at] === "--profile") at += args[at] === "--profile" ? 2 : 1;
  return args[at];
}
