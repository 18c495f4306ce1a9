import { basename, resolve } from "node:path";
import type { Stream } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { createProgressBar } from "../progress.ts";
import { openSession } from "../session.ts";
import { findLogFolders, type LogFolder, openLogFolder } from "../streams/log-folder.ts";
import { type Pushed, pushLog } from "../streams/push-log.ts";

interface Flags {
  stream?: string;
  name?: string;
  lifetime?: string;
  experts?: string;
}

export function lifelongPushCommand(): Command {
  return new Command("push")
    .description(
      "send logs of l2logger to a stream, each folder as one lifetime; pushing again adds only what is missing",
    )
    .argument("<logdir...>", "folders with logger_info.json and data-log.tsv files below")
    .option("--stream <id>", "add to this stream (default: a new one, as scenario_info.json describes it)")
    .option("--name <name>", "of a new stream (default: the first folder's)")
    .option("--lifetime <name>", "of a single folder's lifetime (default: the folder's name)")
    .option("--experts <dir>", "a folder of log folders, each a run of a single-task expert")
    .action((folders: string[], flags: Flags, command: Command) => push({ folders, flags, command }));
}

async function push({ folders, flags, command }: { folders: string[]; flags: Flags; command: Command }): Promise<void> {
  if (flags.lifetime !== undefined && folders.length > 1)
    throw new CliError("--lifetime names one lifetime; give it with a single folder", { exitCode: 2 });
  const learners = await Promise.all(folders.map(openLogFolder));
  const experts = flags.experts ? await Promise.all((await findLogFolders(flags.experts)).map(openLogFolder)) : [];
  const [first] = learners;
  if (!first) throw new CliError("give a log folder", { exitCode: 2 });
  checkMeasures(first, [...learners, ...experts]);

  const { api, output } = await openSession(command);
  const stream = await openStream(api, { flags, first });
  const pushed: Pushed[] = [];
  for (const [log, role] of [
    ...learners.map((each) => [each, "learner"] as const),
    ...experts.map((each) => [each, "expert"] as const),
  ]) {
    const lifetime = role === "learner" && flags.lifetime !== undefined ? flags.lifetime : toLifetimeName(log, role);
    const bar = createProgressBar(lifetime);
    pushed.push(await pushLog(log, { api, bar, streamId: stream.id, lifetime, role }).finally(() => bar.end()));
    await closeAll(api, { streamId: stream.id, lifetime });
  }
  output.print({ stream: stream.id, lifetimes: pushed }, [`stream ${stream.id}`, ...pushed.map(describe)].join("\n"));
  const failed = pushed.flatMap(({ failures }) => failures).length;
  if (failed > 0)
    throw new CliError(`${failed} files were refused, at least in part; all others are in`, {
      hint: "mend them and push the same folders again with --stream; what is in stays as it is",
    });
}

/** The API closes some blocks a call. Nothing hangs on it: those left open are read all the same. */
async function closeAll(api: Client, { streamId, lifetime }: { streamId: string; lifetime: string }): Promise<void> {
  for (let closed = 1; closed > 0;)
    closed = await api.streams.close(streamId, { lifetime }).then(
      (blocks) => blocks.length,
      () => 0,
    );
}

async function openStream(api: Client, { flags, first }: { flags: Flags; first: LogFolder }): Promise<Stream> {
  if (flags.stream !== undefined) return api.streams.get(flags.stream);
  const { metricsColumns, scenario } = first;
  return api.streams.create({ name: flags.name ?? first.name.slice(0, 100), metricsColumns, scenario });
}

/** A stream has one set of measures. */
function checkMeasures(first: LogFolder, logs: readonly LogFolder[]): void {
  const odd = logs.find((log) => log.metricsColumns.toSorted().join() !== first.metricsColumns.toSorted().join());
  if (odd)
    throw new CliError(
      `${odd.path} measures ${odd.metricsColumns.join(", ")}, ${first.path} ${first.metricsColumns.join(", ")}; push them into two streams`,
      { exitCode: 2 },
    );
}

function toLifetimeName(log: LogFolder, role: string): string {
  const name = basename(resolve(log.path)).replaceAll(/[^\w.-]/g, "-");
  return (role === "expert" ? `expert-${name}` : name).slice(0, 100);
}

function describe({ lifetime, role, addedRows, knownRows, failures }: Pushed): string {
  const known = knownRows > 0 ? `, ${knownRows} were there` : "";
  const refused = failures.map(({ file, message }) => `\n  refused ${file}\n    ${message}`);
  return `${role} ${lifetime}: ${addedRows} rows added${known}${refused.join("")}`;
}
