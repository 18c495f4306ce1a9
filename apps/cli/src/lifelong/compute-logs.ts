import { basename, resolve } from "node:path";
import { toMetricsDocument, toSettingsDocument, type LifelongOptions } from "@whetstone/core/lifelong";
import type { ComputeFlags } from "../commands/lifelong-compute.ts";
import { CliError, failureOf, formatFailure } from "../errors.ts";
import type { Output } from "../output.ts";
import { asUsage } from "./as-usage.ts";
import { describeLog, describeLogs } from "./describe-log.ts";
import { overLifetimes } from "./over-lifetimes.ts";
import { findLogFolders, requireFolder } from "./find-log-files.ts";
import { loadExperts, measureLog, type MeasuredLog } from "./load-lifetime.ts";
import { toLifelongOptions } from "./measuring-flags.ts";
import { toJson, writeIntervals, writeLog, writeLogs } from "./write-results.ts";

/** Measures logs, writes the files and tells the results. A log that fails among many doesn't keep the others from being written. */
export async function computeLogs(folders: string[], flags: ComputeFlags, output: Output): Promise<void> {
  const options = await toLifelongOptions(flags);
  const load = { options, skipsBadRows: flags.skipBadRows === true, bootstrap: flags.bootstrap };
  const targets = flags.recursive ? await findAll(folders) : folders;
  const experts = flags.experts === undefined ? [] : await asUsage(() => loadExperts(flags.experts as string, load));
  const logs: MeasuredLog[] = [];
  let failed: unknown;
  for (const folder of targets) {
    try {
      const log = await asUsage(() => measureLog(folder, { ...load, experts }));
      for (const warning of log.warnings) output.note(`${log.info.runId}: ${warning}`);
      logs.push(log);
    } catch (error) {
      if (targets.length === 1 || !(error instanceof CliError)) throw error;
      failed = error;
      output.note(formatFailure(failureOf(error)));
    }
  }
  const files = await write(logs, { flags, options, targets });
  tell(logs, files, { options, output });
  if (failed !== undefined)
    throw new CliError(`${targets.length - logs.length} of ${targets.length} logs could not be measured`, {
      cause: failed,
      exitCode: 2,
    });
}

async function findAll(folders: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    await requireFolder(folder);
    const below = await findLogFolders(folder);
    if (below.length === 0) throw new CliError(`no log below ${folder}; a log has a logger_info.json`, { exitCode: 2 });
    found.push(...below);
  }
  return [...new Set(found)];
}

interface Job {
  flags: ComputeFlags;
  options: LifelongOptions;
  targets: string[];
}

async function write(logs: readonly MeasuredLog[], { flags, options, targets }: Job): Promise<string[]> {
  const folder = { path: flags.out, isCompat: options.mode === "l2metrics" };
  const [only] = logs;
  if (!only) return [];
  if (targets.length === 1 && !flags.recursive) return await writeLog(only, toName(flags, only.folder), folder);
  const settings = { ...toSettingsDocument(options, targets.join(" ")), recursive: flags.recursive === true };
  const name = flags.output?.replaceAll(" ", "_") ?? "ll_metrics";
  const files = await writeLogs(logs, name, { ...folder, settings });
  if (options.mode === "corrected") files.push(...(await writeIntervals(overLifetimes(logs), name, folder)));
  if (!flags.recursive)
    for (const log of logs) files.push(...(await writeLog(log, basename(resolve(log.folder)), folder)));
  return files;
}

function toName(flags: ComputeFlags, folder: string): string {
  return flags.output?.replaceAll(" ", "_") ?? basename(resolve(folder));
}

function tell(
  logs: readonly MeasuredLog[],
  files: readonly string[],
  job: { options: LifelongOptions; output: Output },
) {
  if (logs.length === 0) return;
  const documents = logs.map(({ result, info }) => toMetricsDocument(result, info));
  const text = [
    ...logs.map(describeLog),
    ...(logs.length > 1 ? [describeLogs(logs)] : []),
    `written: ${files.join(", ")}`,
  ].join("\n\n");
  // Through the same writer as the files, so that --json says what they say.
  const value: unknown = JSON.parse(toJson(documents.length === 1 ? documents[0] : documents, { isCompat: false }));
  job.output.print(value, text);
}
