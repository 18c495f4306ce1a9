import { readFile } from "node:fs/promises";
import { CreateSuite } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { commandGroup } from "../command-group.ts";
import { describeSuite } from "../describe-evaluation.ts";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

interface Flags {
  datacomp?: true;
  set?: string[];
  task?: string[];
  file?: string;
  description?: string;
}

export const suiteCommand = (): Command =>
  commandGroup("suite", "lists of benchmark sets", [suiteCreateCommand(), suiteListCommand(), suiteShowCommand()]);

function suiteCreateCommand(): Command {
  return new Command("create")
    .description("fix a list of benchmark sets, so that scores on it compare for ever")
    .argument("<name>")
    .option("--set <dataset>", "id or name; its latest version. May be given again", collect)
    .option(
      "--task <type>",
      "what to measure on each --set (default: zero-shot-classification); may be given again",
      collect,
    )
    .option("--datacomp", "those of DataComp's 38 tasks that datasets are named after")
    .option("--file <json>", "the sets as POST /v1/suites takes them, a JSON array")
    .option("--description <text>", "what it is for")
    .action(async (name: string, flags: Flags, command: Command) => {
      const body = await toBody(name, flags);
      const { api, output } = await openSession(command);
      const suite = await api.suites.create(body);
      output.print(suite, describeSuite(suite));
    });
}

async function toBody(name: string, { datacomp, set, task = ["zero-shot-classification"], file, description }: Flags) {
  const tasks = task.map((type) => ({ type }));
  const sets = file === undefined ? set?.map((dataset) => ({ name: dataset, dataset, tasks })) : await readSets(file);
  const body = CreateSuite.safeParse({ name, sets, datacomp, description });
  if (body.success) return body.data;
  throw new CliError(z.prettifyError(body.error), { exitCode: 2 });
}

async function readSets(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new CliError(`${path} can't be read as JSON`, { cause, exitCode: 2 });
  }
}

function suiteListCommand(): Command {
  return pageFlags(new Command("list").description("suites, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.suites.list(flags);
      const rows = page.data.map(({ id, name, sets, createdAt }) => [id, name, String(sets.length), createdAt]);
      output.print(page, formatTable([["SUITE", "NAME", "SETS", "CREATED"], ...rows]));
    },
  );
}

function suiteShowCommand(): Command {
  return new Command("show")
    .description("the sets of a suite")
    .argument("<suite>", "suite_...")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const suite = await api.suites.get(id);
      output.print(suite, describeSuite(suite));
    });
}
