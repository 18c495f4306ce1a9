import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateReport, type Report } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { Command } from "commander";
import { z } from "zod";
import { commandGroup } from "../command-group.ts";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";
import { formatBytes } from "../units.ts";

/** `whetstone report create|list|show|pull`. */
export const reportCommand = (): Command =>
  commandGroup("report", "streams and models written up", [
    createCommand(),
    listCommand(),
    showCommand(),
    pullCommand(),
  ]);

interface CreateFlags {
  name: string;
  stream?: string[];
  model?: string[];
  metric?: string[];
}

function createCommand(): Command {
  return new Command("create")
    .description("make a report now; it is compared with the last one of its name")
    .requiredOption("--name <name>", "of the report, the same from time to time")
    .option("--stream <id>", "a stream to report on; may be repeated", collect)
    .option(
      "--model <model>",
      "a model to report on: id, name@number, or name for its newest; may be repeated",
      collect,
    )
    .option("--metric <key>", "show this metric of streams alone; may be repeated", collect)
    .action(async (flags: CreateFlags, command: Command) => {
      const { name, stream: streamIds, model: models, metric: metrics } = flags;
      const query = CreateReport.safeParse({ name, streamIds, models, metrics });
      if (!query.success) throw new CliError(`this is no report: ${z.prettifyError(query.error)}`, { exitCode: 2 });
      const { api, output } = await openSession(command);
      const report = await api.reports.create(query.data);
      output.print(report, describe(report));
    });
}

function listCommand(): Command {
  return pageFlags(new Command("list").description("reports, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.reports.list(flags);
      output.print(page, tabulate(page.data));
    },
  );
}

function showCommand(): Command {
  return new Command("show")
    .description("a report with addresses of its files, for an hour")
    .argument("<report>", "rep_...")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const report = await api.reports.get(id);
      output.print(report, describe(report));
    });
}

function pullCommand(): Command {
  return new Command("pull")
    .description("save a report's files: the page, its data as JSON and CSV, and the mail")
    .argument("<report>", "rep_...")
    .option("--out <folder>", "an existing folder", ".")
    .action(async (id: string, { out }: { out: string }, command: Command) => {
      const { api, output } = await openSession(command);
      const files = await pull(api, id, out);
      output.print({ files }, `written: ${files.join(", ")}`);
    });
}

async function pull(api: Client, id: string, folder: string): Promise<string[]> {
  const { files } = await api.reports.get(id);
  const paths: string[] = [];
  for (const { name, url } of files) {
    const path = join(folder, name);
    const answer = await fetch(url);
    if (!answer.ok) throw new CliError(`${name} of ${id} can't be downloaded: ${answer.status}`);
    await writeFile(path, new Uint8Array(await answer.arrayBuffer())).catch((cause: unknown) => {
      throw new CliError(`${path} can't be written`, { cause, exitCode: 2 });
    });
    paths.push(path);
  }
  return paths;
}

function describe({ id, name, files }: Report): string {
  const rows = files.map((file) => [file.name, formatBytes(file.sizeBytes), file.url]);
  return `report ${id} (${name})\n\n${formatTable([["FILE", "SIZE", "ADDRESS"], ...rows])}`;
}

function tabulate(reports: readonly Report[]): string {
  return formatTable([
    ["REPORT", "NAME", "OF", "BY", "CREATED"],
    ...reports.map(({ id, name, query, scheduleId, createdAt }) => [
      id,
      name,
      [...query.streamIds, ...query.models].join(","),
      scheduleId ?? "hand",
      createdAt,
    ]),
  ]);
}
