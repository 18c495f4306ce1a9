import { closeSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import {
  createLogBuilder,
  createLogParser,
  LifelongError,
  parseLoggerInfo,
  parseScenarioInfo,
  settleLog,
  type Fault,
  type LoggerInfo,
  type LogTable,
  type Origin,
  type ScenarioInfo,
} from "@whetstone/core/lifelong";
import { CliError } from "../errors.ts";
import { findLogFiles, isDenied, requireFolder } from "./find-log-files.ts";

/** More broken rules than this are only counted. */
const maxFaults = 1000;
const chunkBytes = 1 << 20;
const noScenario: ScenarioInfo = { complexity: "", difficulty: "", scenarioType: "" };

export interface ReadLogOptions {
  measure: string;
}

export interface LogOnDisk {
  table: LogTable;
  scenario: ScenarioInfo;
  loggerInfo: LoggerInfo;
  files: string[];
  faults: Fault[];
  /** Of all, including those beyond `faults`. */
  faultCount: number;
  warnings: string[];
}

/** Reads an l2logger folder, streaming. Rows that break a rule are left out and named in `faults`. */
export async function readLog(folder: string, options: ReadLogOptions): Promise<LogOnDisk> {
  await requireFolder(folder);
  const warnings: string[] = [];
  const loggerInfo = parseLoggerInfo(await readInfo(folder, "logger_info.json"), join(folder, "logger_info.json"));
  const columns = loggerInfo.metrics_columns;
  if (!columns.includes(options.measure))
    throw new LifelongError(
      `${folder} has no measure "${options.measure}"; logger_info.json names ${columns.join(", ")} (choose with --perf-measure)`,
    );
  const scenarioFile = join(folder, "scenario_info.json");
  const scenarioText = await readInfo(folder, "scenario_info.json");
  const scenario = scenarioText === "" ? noScenario : parseScenarioInfo(scenarioText, scenarioFile, warnings);
  const files = await findLogFiles(folder);
  if (files.length === 0) throw new LifelongError(`${folder} holds no data-log.tsv`);
  return { ...readFiles(folder, files, { ...options, warnings }), scenario, loggerInfo, files };
}

function readFiles(folder: string, files: string[], options: ReadLogOptions & { warnings: string[] }) {
  const builder = createLogBuilder();
  const origins: Origin[] = [];
  const faults: Fault[] = [];
  let faultCount = 0;
  const onFault = (fault: Fault): void => {
    if (faultCount++ < maxFaults) faults.push(fault);
  };
  const chunk = new Uint8Array(chunkBytes);
  const lacking: string[] = [];
  for (const path of files) {
    const file = relative(folder, path);
    const parser = createLogParser({
      file,
      measure: options.measure,
      builder,
      origins,
      onFault,
    });
    try {
      readChunks(path, chunk, (bytes) => parser.push(bytes));
      parser.finish();
    } catch (cause) {
      if (!(cause instanceof Error) || !("code" in cause)) throw cause;
      throw new CliError(`${path} can't be read${isDenied(cause) ? ": permission denied" : ""}`, {
        cause,
        exitCode: 2,
      });
    }
    if (parser.columns.length > 0 && !parser.columns.includes(options.measure)) lacking.push(file);
  }
  if (lacking.length === files.length)
    throw new LifelongError(
      `no data-log.tsv of ${folder} has a column ${options.measure}, though logger_info.json names it`,
    );
  for (const file of lacking) options.warnings.push(`${file} has no column ${options.measure}; its rows don't count`);
  const settled = settleLog(builder.table, origins);
  for (const fault of settled.faults) onFault(fault);
  return { table: settled.table, faults, faultCount, warnings: [...options.warnings, ...settled.warnings] };
}

/** Into the same chunk again and again, and without streams: a log has many small files, and a buffer for each costs more than reading it. */
function readChunks(path: string, chunk: Uint8Array, onBytes: (bytes: Uint8Array) => void): void {
  const file = openSync(path, "r");
  try {
    while (true) {
      const length = readSync(file, chunk);
      if (length === 0) return;
      onBytes(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** Text of an info file; that of the scenario may be missing. */
async function readInfo(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  return await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT")
      throw new CliError(`${folder} has no ${name}, so it is no l2logger log`, { cause, exitCode: 2 });
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  });
}
