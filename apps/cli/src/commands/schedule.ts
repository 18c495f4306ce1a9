import { readFile } from "node:fs/promises";
import { CreateReport, type Schedule, type ScheduleRun } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { commandGroup } from "../command-group.ts";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

/** `whetstone schedule create|list|runs|run|pause|resume|delete`. */
export function scheduleCommand(): Command {
  const members = [createCommand(), listCommand(), runsCommand(), ...changeCommands()];
  return commandGroup("schedule", "reports made again and again", members);
}

interface CreateFlags {
  cron: string;
  timezone: string;
  stream?: string[];
  model?: string[];
  report?: string;
}

function createCommand(): Command {
  return new Command("create")
    .description("make a report again and again")
    .argument("<name>")
    .requiredOption("--cron <expression>", "five fields, or a nickname such as @weekly")
    .option("--timezone <zone>", "IANA name, such as Europe/Berlin", "UTC")
    .option("--stream <id>", "what to report on; may be repeated", collect)
    .option("--model <model>", "a model to report on, by name for its newest each time; may be repeated", collect)
    .option("--report <file>", "the whole query as JSON, as POST /v1/reports takes it")
    .action(async (name: string, flags: CreateFlags, command: Command) => {
      const report = await toReport(name, flags);
      const { api, output } = await openSession(command);
      const { cron, timezone } = flags;
      const schedule = await api.schedules.create({ name, cron, timezone, report });
      output.print(schedule, `schedule ${schedule.id}, due ${schedule.nextDueAt}`);
    });
}

async function toReport(name: string, { stream, model, report }: CreateFlags): Promise<CreateReport> {
  if ((stream === undefined && model === undefined) === (report === undefined))
    throw new CliError("give either --stream and --model or --report", { exitCode: 2 });
  const query: unknown = report === undefined ? { name, streamIds: stream, models: model } : await readJson(report);
  const parsed = CreateReport.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new CliError(`this is no report: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new CliError(`${path} can't be read as JSON`, { cause, exitCode: 2 });
  }
}

function listCommand(): Command {
  return pageFlags(new Command("list").description("schedules, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.schedules.list(flags);
      output.print(page, tabulateSchedules(page.data));
    },
  );
}

function runsCommand(): Command {
  return pageFlags(
    new Command("runs").description("when a schedule ran, and what came of it").argument("<schedule>"),
  ).action(async (id: string, flags: PageFlags, command: Command) => {
    const { api, output } = await openSession(command);
    const page = await api.schedules.runs(id, flags);
    output.print(page, tabulateRuns(page.data));
  });
}

function changeCommands(): Command[] {
  const on = (name: string, description: string) => new Command(name).description(description).argument("<schedule>");
  return [
    on("run", "make its report now").action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const run = await api.schedules.run(id);
      output.print(run, `run ${run.id}; \`whetstone schedule runs ${id}\` shows what comes of it`);
    }),
    on("pause", "make no reports until it is resumed").action((id: string, _flags: unknown, command: Command) =>
      change(id, { isPaused: true, command }),
    ),
    on("resume", "go on; what was missed is not made up for").action((id: string, _flags: unknown, command: Command) =>
      change(id, { isPaused: false, command }),
    ),
    on("delete", "end it; its reports stay").action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const schedule = await api.schedules.delete(id);
      output.print(schedule, `deleted ${schedule.id}`);
    }),
  ];
}

async function change(id: string, { isPaused, command }: { isPaused: boolean; command: Command }): Promise<void> {
  const { api, output } = await openSession(command);
  const schedule = await api.schedules.update(id, { isPaused });
  output.print(schedule, isPaused ? `paused ${id}` : `${id} is due ${schedule.nextDueAt}`);
}

function tabulateSchedules(schedules: readonly Schedule[]): string {
  return formatTable([
    ["SCHEDULE", "NAME", "CRON", "ZONE", "NEXT", "LAST"],
    ...schedules.map(({ id, name, cron, timezone, nextDueAt, lastDueAt }) => [
      id,
      name,
      cron,
      timezone,
      nextDueAt ?? "paused",
      lastDueAt ?? "",
    ]),
  ]);
}

function tabulateRuns(runs: readonly ScheduleRun[]): string {
  return formatTable([
    ["RUN", "DUE", "BY", "STATUS", "REPORT"],
    ...runs.map(({ id, dueAt, trigger, status, reportId, error }) => [
      id,
      dueAt,
      trigger,
      status,
      reportId ?? error?.message ?? "",
    ]),
  ]);
}
