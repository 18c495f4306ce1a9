import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { ScenarioInfo } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "../errors.ts";

const LoggerInfo = z.looseObject({ metrics_columns: z.array(z.string()).min(1) });

/** A folder as l2logger 1.1 writes it. */
export interface LogFolder {
  path: string;
  name: string;
  metricsColumns: string[];
  scenario: z.input<typeof ScenarioInfo>;
  /** In the order their blocks were lived through. */
  files: { path: string; relativePath: string; sizeBytes: number }[];
}

/** Looks a log folder through without reading its rows. */
export async function openLogFolder(given: string): Promise<LogFolder> {
  const path = resolve(given);
  const names = await readdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new CliError(`${given} can't be read as a folder`, { cause, exitCode: 2 });
  });
  const loggerInfo = LoggerInfo.safeParse(await readJson(join(path, "logger_info.json")));
  if (!loggerInfo.success) {
    const hint = "a log folder holds logger_info.json and below it data-log.tsv files, as l2logger 1.1 writes them";
    throw new CliError(`${join(given, "logger_info.json")} must name "metrics_columns"`, { hint, exitCode: 2 });
  }
  const tables = names.filter((name) => basename(name) === "data-log.tsv").toSorted(byBlock);
  if (tables.length === 0) throw new CliError(`${given} holds no data-log.tsv`, { exitCode: 2 });
  const files = tables.map(async (name) => {
    const file = join(path, name);
    return { path: file, relativePath: relative(path, file), sizeBytes: (await stat(file)).size };
  });
  return {
    path,
    name: basename(path),
    metricsColumns: loggerInfo.data.metrics_columns,
    scenario: toScenario(await readJson(join(path, "scenario_info.json"))),
    files: await Promise.all(files),
  };
}

/** Log folders directly below a folder, in order of name. */
export async function findLogFolders(given: string): Promise<string[]> {
  const entries = await readdir(given, { withFileTypes: true }).catch((cause: unknown) => {
    throw new CliError(`${given} can't be read as a folder`, { cause, exitCode: 2 });
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(given, name));
  const isLog = await Promise.all(folders.map((folder) => readJson(join(folder, "logger_info.json"))));
  const logs = folders.filter((_, i) => isLog[i] !== undefined).toSorted();
  if (logs.length === 0) throw new CliError(`${given} holds no log folders`, { exitCode: 2 });
  return logs;
}

/** Known values under our names; what is missing or unknown is null, everything else stays as the learner wrote it. */
function toScenario(info: unknown): LogFolder["scenario"] {
  if (typeof info !== "object" || info === null) return {};
  const { complexity, difficulty, scenario_type: scenarioType, ...rest } = info as Record<string, unknown>;
  const { shape } = ScenarioInfo;
  return {
    ...rest,
    complexity: shape.complexity.catch(null).parse(complexity),
    difficulty: shape.difficulty.catch(null).parse(difficulty),
    scenarioType: shape.scenarioType.catch(null).parse(scenarioType),
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not JSON`, { cause, exitCode: 2 });
  }
}

/** By the number of the block's folder, `<number>-<type>`, then by name: workers in a fixed order within each block. */
function byBlock(a: string, b: string): number {
  const [left, right] = [blockOf(a), blockOf(b)];
  if (left !== right) return left - right;
  return a < b ? -1 : Number(a > b);
}

function blockOf(path: string): number {
  const number = /^(\d+)-/.exec(path.split(sep).at(-2) ?? "")?.[1];
  return number === undefined ? Number.MAX_SAFE_INTEGER : Number(number);
}
