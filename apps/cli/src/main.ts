import { Command, CommanderError } from "commander";
import { datasetListCommand } from "./commands/dataset-list.ts";
import { datasetPushCommand } from "./commands/dataset-push.ts";
import { datasetShowCommand } from "./commands/dataset-show.ts";
import { downCommand } from "./commands/down.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { lifelongComputeCommand } from "./commands/lifelong-compute.ts";
import { lifelongDemoCommand } from "./commands/lifelong-demo.ts";
import { lifelongMatrixCommand } from "./commands/lifelong-matrix.ts";
import { lifelongMetricsCommand } from "./commands/lifelong-metrics.ts";
import { lifelongPushCommand } from "./commands/lifelong-push.ts";
import { lifelongReportCommand } from "./commands/lifelong-report.ts";
import { lifelongStreamCommand } from "./commands/lifelong-stream.ts";
import { lifelongValidateCommand } from "./commands/lifelong-validate.ts";
import { loginCommand } from "./commands/login.ts";
import { modelListCommand } from "./commands/model-list.ts";
import { modelPullCommand } from "./commands/model-pull.ts";
import { modelPushCommand } from "./commands/model-push.ts";
import { modelShowCommand } from "./commands/model-show.ts";
import { openCommand } from "./commands/open.ts";
import { recipeListCommand } from "./commands/recipe-list.ts";
import { recipeShowCommand } from "./commands/recipe-show.ts";
import { refineCommand } from "./commands/refine.ts";
import { runCancelCommand } from "./commands/run-cancel.ts";
import { runListCommand } from "./commands/run-list.ts";
import { runShowCommand } from "./commands/run-show.ts";
import { runStartCommand } from "./commands/run-start.ts";
import { runWatchCommand } from "./commands/run-watch.ts";
import { sampleShowCommand } from "./commands/sample-show.ts";
import { suiteCreateCommand, suiteListCommand, suiteShowCommand } from "./commands/suite.ts";
import { scheduleCommands } from "./commands/schedule.ts";
import { trainCommand } from "./commands/train.ts";
import { upCommand } from "./commands/up.ts";
import { webhookChangeCommands } from "./commands/webhook-change.ts";
import { webhookCreateCommand } from "./commands/webhook-create.ts";
import { webhookDeliveriesCommand } from "./commands/webhook-deliveries.ts";
import { webhookListCommand } from "./commands/webhook-list.ts";
import { formatFailure, toFailure } from "./errors.ts";
import { surviveClosedPipes } from "./output.ts";

surviveClosedPipes();
const program = new Command("whetstone")
  .description("refine image-text data, train models on it and judge them")
  .option("--json", "print JSON on stdout and nothing else there")
  .option("--profile <name>", "use this profile of ~/.config/whetstone/config.json");
const commands = [
  upCommand(),
  downCommand(),
  loginCommand(),
  openCommand(),
  group("dataset", "data to learn from", [datasetPushCommand(), datasetListCommand(), datasetShowCommand()]),
  group("sample", "one image with its texts", [sampleShowCommand()]),
  refineCommand(),
  trainCommand(),
  evaluateCommand(),
  group("suite", "lists of benchmark sets", [suiteCreateCommand(), suiteListCommand(), suiteShowCommand()]),
  group("model", "model packages", [modelListCommand(), modelShowCommand(), modelPullCommand(), modelPushCommand()]),
  group("recipe", "how a model is trained, by name", [recipeListCommand(), recipeShowCommand()]),
  group("lifelong", "learners that keep learning", [
    lifelongComputeCommand(),
    lifelongDemoCommand(),
    lifelongMatrixCommand(),
    lifelongReportCommand(),
    lifelongValidateCommand(),
    lifelongPushCommand(),
    lifelongStreamCommand(),
    lifelongMetricsCommand(),
  ]),
  group("schedule", "reports made again and again", scheduleCommands()),
  group("run", "pieces of work", [
    runStartCommand(),
    runWatchCommand(),
    runCancelCommand(),
    runListCommand(),
    runShowCommand(),
  ]),
  group("webhook", "addresses that are told of events", [
    webhookCreateCommand(),
    webhookListCommand(),
    webhookDeliveriesCommand(),
    ...webhookChangeCommands(),
  ]),
];
for (const command of commands) program.addCommand(command);
strict(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function group(name: string, description: string, members: Command[]): Command {
  const parent = new Command(name).description(description);
  for (const member of members) parent.addCommand(member);
  return parent;
}

/** Wrong usage of a command, however deep, is ours to report. */
function strict(command: Command): void {
  command.exitOverride().showHelpAfterError("(add --help for usage)");
  for (const member of command.commands) strict(member);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const failure = toFailure(error);
  const { exitCode, ...rest } = failure;
  if (program.opts().json) process.stdout.write(`${JSON.stringify({ error: rest })}\n`);
  process.stderr.write(`${formatFailure(failure)}\n`);
  return exitCode;
}
