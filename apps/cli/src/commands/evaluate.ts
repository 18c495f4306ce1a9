import { readFile } from "node:fs/promises";
import { EvaluationTask, evaluationTaskTypes } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { openSession } from "../session.ts";
import { type StreamFlags, toStreamEntry } from "../streams/stream-flags.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";
import {
  evaluateCompareCommand,
  evaluateShareCommand,
  evaluateShowCommand,
  evaluateUnshareCommand,
  printEvaluation,
  type ReportFlags,
  reportFlags,
} from "./evaluate-show.ts";

const types: readonly string[] = evaluationTaskTypes;

interface Flags extends StreamFlags, ReportFlags, BudgetFlag {
  on?: string;
  suite?: string;
  against?: string;
  contamination: boolean;
  task?: string[];
  template?: string[];
  classes?: string;
  name?: string;
  detach?: true;
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("judge a model on a suite or a version")
    .argument("<model>", "mdl_..., a name, or name@number")
    .option("--suite <suite>", "suite_... or its name")
    .option("--on <version>", "dsv_..., or a dataset (its latest version)")
    .option("--task <type>", `${types.join(", ")}; may be given again`, collect)
    .option("--template <text>", "of zero-shot prompts, {} stands for the class; may be given again", collect)
    .option("--classes <file>", "class names to choose among, one a line (default: the version's labels)")
    .option("--name <text>", "to find it by")
    .option("--stream <id>", "write the main figure into this stream's evaluation block")
    .option("--lifetime <name>", "of the stream (default: main)")
    .option("--stream-task <name>", "the task evaluated, as the stream calls it")
    .option("--against <version>", "look for test images in this version (default: what the model was trained on)")
    .option("--no-contamination", "don't look whether the model has seen test images")
    .option("--detach", "print the evaluation and leave it to itself")
    .action(async (model: string, flags: Flags, self: Command) => {
      const what = await toWhat(flags);
      const budget = toBudget(flags);
      const session = await openSession(self);
      const { api, output } = session;
      const started = await api.evaluations.create({
        model,
        ...what,
        ...toContamination(flags),
        ...(flags.name ? { name: flags.name } : {}),
        ...toStreamEntry(flags),
        ...budget,
      });
      if (flags.detach) return output.print(started, `evaluation ${started.id}, run ${started.runId}`);
      expectSuccess(await watchRun(await api.runs.get(started.runId), { api, output }));
      await printEvaluation(session, await api.evaluations.get(started.id), flags);
    });
  const members = [evaluateShowCommand(), evaluateCompareCommand(), evaluateShareCommand(), evaluateUnshareCommand()];
  for (const member of members) command.addCommand(member);
  return reportFlags(budgetFlag(command));
}

/** Either a suite, which brings its tasks, or a version or dataset and what to measure on it. */
async function toWhat(flags: Flags) {
  const { on, suite, task, template, classes } = flags;
  if ((on === undefined) === (suite === undefined))
    throw new CliError("give either --suite or --on", { exitCode: 2, hint: "whetstone evaluate --help" });
  if (on !== undefined) {
    const tasks = toTasks(flags, classes === undefined ? undefined : await readClasses(classes));
    return { ...(on.startsWith("dsv_") ? { versionId: on } : { dataset: on }), tasks };
  }
  if (task ?? template ?? classes)
    throw new CliError("a suite brings its own tasks; --task, --template and --classes go with --on", { exitCode: 2 });
  return { suite };
}

function toContamination({ against, contamination }: Flags) {
  if (!contamination) return { contamination: null };
  return against === undefined ? {} : { contamination: { against } };
}

function toTasks(
  { task = ["zero-shot-classification"], template }: Flags,
  classNames: string[] | undefined,
): EvaluationTask[] {
  const options = { ...(template ? { templates: template } : {}), ...(classNames ? { classNames } : {}) };
  return task.map((type) => {
    const parsed = EvaluationTask.safeParse({ type, ...(type === "zero-shot-classification" ? options : {}) });
    if (parsed.success) return parsed.data;
    if (!types.includes(type))
      throw new CliError(`--task ${type} is not known; choose of ${types.join(", ")}`, { exitCode: 2 });
    throw new CliError(z.prettifyError(parsed.error), { exitCode: 2 });
  });
}

async function readClasses(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  });
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
