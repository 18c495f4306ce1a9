import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import {
  describeFindings,
  loadReportRenderer,
  toCsv,
  toReportLifetime,
  toReportSubject,
  toSnapshot,
  type LifelongOptions,
} from "@whetstone/core/lifelong";
import { ReportDocument, ReportSnapshot, type ReportSubject } from "@whetstone/schemas/api";
import type { ReportFlags } from "../commands/lifelong-report.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import { asUsage } from "./as-usage.ts";
import { findLogFolders, requireFolder } from "./find-log-files.ts";
import { loadExperts, measureLog, type LoadOptions } from "./load-lifetime.ts";
import { toLifelongOptions } from "./measuring-flags.ts";

/** Measures logs and writes them up: a page, its data as JSON and as CSV. */
export async function writeReport(folders: string[], flags: ReportFlags, output: Output): Promise<void> {
  const options = await toLifelongOptions(flags);
  const load = { options, skipsBadRows: flags.skipBadRows === true, bootstrap: flags.bootstrap };
  const experts = flags.experts === undefined ? [] : await asUsage(() => loadExperts(flags.experts as string, load));
  const subjects: ReportSubject[] = [];
  for (const folder of folders)
    subjects.push(await asUsage(() => measureSubject(folder, { ...load, experts }, output)));
  const report = await toDocument({ flags, options, subjects });
  const render = await loadReportRenderer();
  const files = await save(flags.out, { html: render(report), json: JSON.stringify(report), csv: toCsv(report) });
  const findings = describeFindings(report);
  const words = findings.map(({ kind, text }) => `${marks[kind]} ${text}`);
  output.print({ files, findings }, [...words, "", `written: ${files.join(", ")}`].join("\n"));
}

const marks = { better: "+", worse: "-", unclear: "~", look: ">" } as const;

/** A folder that is a log is one lifetime; any other is a learner whose lifetimes lie below. */
async function measureSubject(folder: string, load: LoadOptions, output: Output): Promise<ReportSubject> {
  await requireFolder(folder);
  const logs = await findLogFolders(folder);
  if (logs.length === 0)
    throw new CliError(`no log in or below ${folder}; a log has a logger_info.json`, { exitCode: 2 });
  const lifetimes = [];
  for (const log of logs) {
    const { info, result, warnings } = await measureLog(log, load);
    for (const warning of warnings) output.note(`${info.runId}: ${warning}`);
    lifetimes.push(toReportLifetime(info.runId, result, info.intervals));
  }
  return toReportSubject(basename(resolve(folder)), lifetimes);
}

async function toDocument(made: {
  flags: ReportFlags;
  options: LifelongOptions;
  subjects: ReportSubject[];
}): Promise<ReportDocument> {
  const { flags, options, subjects } = made;
  const history: ReportSnapshot[] = [];
  for (const path of flags.before ?? []) history.push(await readSnapshot(path));
  history.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const createdAt = new Date().toISOString();
  const title = flags.title ?? "Lifelong learning report";
  return { title, createdAt, period: null, options, subjects, models: [], history };
}

async function readSnapshot(path: string): Promise<ReportSnapshot> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`earlier report ${path} can't be read`, { cause, exitCode: 2 });
  });
  try {
    return toSnapshot(ReportDocument.parse(JSON.parse(text)));
  } catch (cause) {
    throw new CliError(`${path} is no report; give the .json that lies beside an earlier page`, { cause, exitCode: 2 });
  }
}

async function save(out: string, parts: { html: string; json: string; csv: string }): Promise<string[]> {
  const base = join(dirname(out), basename(out).replace(/\.html?$/i, ""));
  const files = { [`${base}.html`]: parts.html, [`${base}.json`]: parts.json, [`${base}.csv`]: parts.csv };
  try {
    await mkdir(dirname(out), { recursive: true });
    for (const [path, text] of Object.entries(files)) await writeFile(path, text);
  } catch (cause) {
    throw new CliError(`the report can't be written to ${out}`, { cause, exitCode: 2 });
  }
  return Object.keys(files);
}
