import { basename, resolve } from "node:path";
import {
  computeMetrics,
  formatFault,
  intervalsWithinLifetime,
  type ExpertLog,
  type LifelongOptions,
  type LifetimeResult,
  type RunInfo,
} from "@whetstone/core/lifelong";
import { CliError } from "../errors.ts";
import { findLogFolders, requireFolder } from "./find-log-files.ts";
import { readLog, type LogOnDisk } from "./read-log.ts";

const defaultResamples = 200;
/** Intervals of larger lifetimes take their time and are computed when asked for. */
const maxRowsForIntervals = 20_000;

export interface MeasuredLog {
  folder: string;
  info: RunInfo;
  result: LifetimeResult;
  warnings: string[];
}

export interface LoadOptions {
  options: LifelongOptions;
  experts: readonly ExpertLog[];
  skipsBadRows: boolean;
  /** Resamples for intervals; undefined: as many as take little time. */
  bootstrap?: number | undefined;
}

/** Reads a log folder and measures it. */
export async function measureLog(folder: string, load: LoadOptions): Promise<MeasuredLog> {
  const log = await readLog(folder, {
    measure: load.options.perfMeasure,
  });
  const skipped = settleFaults(folder, log, load.skipsBadRows);
  const result = computeMetrics({ table: log.table, experts: load.experts }, load.options);
  const intervals = intervalsWithinLifetime(result, load.experts, { resamples: chooseResamples(result, load) });
  const info = { runId: basename(resolve(folder)), scenario: log.scenario, intervals };
  return { folder, info, result, warnings: [...skipped, ...log.warnings, ...result.warnings] };
}

function chooseResamples({ table, options }: LifetimeResult, { bootstrap }: LoadOptions): number {
  if (bootstrap !== undefined) return bootstrap;
  return options.mode === "corrected" && table.length <= maxRowsForIntervals ? defaultResamples : 0;
}

/** One expert run a log folder below `folder`, in order of name. */
export async function loadExperts(folder: string, load: Omit<LoadOptions, "experts">): Promise<ExpertLog[]> {
  await requireFolder(folder);
  const folders = await findLogFolders(folder);
  if (folders.length === 0)
    throw new CliError(`${folder} holds no log; an expert is a folder with logger_info.json`, { exitCode: 2 });
  const experts: ExpertLog[] = [];
  for (const path of folders) {
    const log = await readLog(path, {
      measure: load.options.perfMeasure,
    });
    settleFaults(path, log, load.skipsBadRows);
    experts.push({ name: path, table: log.table });
  }
  return experts;
}

/** Throws for broken rules, or tells how many rows they cost. */
function settleFaults(folder: string, { faults, faultCount }: LogOnDisk, skips: boolean): string[] {
  const [first] = faults;
  if (!first) return [];
  const others = faultCount === 1 ? "" : ` (and ${faultCount - 1} more)`;
  const sentence = `${folder}: ${formatFault(first)}${others}`;
  if (skips && first.line !== undefined) return [`left out: ${sentence}`];
  const hint = "`whetstone lifelong validate` lists them all, --skip-bad-rows goes on without these rows";
  throw new CliError(sentence, { hint, exitCode: 2 });
}
