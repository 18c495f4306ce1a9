import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toMetricsDocument, toRegimeRecords, toSettingsDocument } from "@whetstone/core/lifelong";
import { CliError } from "../errors.ts";
import type { MeasuredLog } from "./load-lifetime.ts";
import type { LifetimeMean } from "./over-lifetimes.ts";

export interface ResultFolder {
  path: string;
  /** Write NaN as the reference program does, which is no JSON, instead of null. */
  isCompat: boolean;
}

const bare = "\u0000";
/** Nested values, which have no place in a line of the overview. */
const nested = new Set(["normalization_data_range", "task_metrics", "warnings", "confidence_intervals"]);

/** Writes `<name>_metrics.json`, `<name>_regime.tsv` and `<name>_settings.json`. */
export async function writeLog(log: MeasuredLog, name: string, folder: ResultFolder): Promise<string[]> {
  const { options } = log.result;
  return await writeAll(folder, {
    [`${name}_metrics.json`]: toJson(toMetricsDocument(log.result, log.info), folder),
    [`${name}_regime.tsv`]: toTsv(toRegimeRecords(log.result, log.info)),
    [`${name}_settings.json`]: toJson(toSettingsDocument(options, log.folder), folder),
  });
}

/** Writes what the reference program writes for many: `<name>.tsv`, `.json`, `_regime.tsv` and `_settings.json`. */
export async function writeLogs(
  logs: readonly MeasuredLog[],
  name: string,
  folder: ResultFolder & { settings: Record<string, unknown> },
): Promise<string[]> {
  const documents = logs.map(({ result, info }) => toMetricsDocument(result, info));
  const lines = documents.map((document) => {
    const flat = Object.entries(document).filter(([key]) => key !== "run_id" && !nested.has(key));
    return { run_id: String(document["run_id"]), ...Object.fromEntries(flat) };
  });
  const regimes = logs.flatMap(({ result, info }) =>
    toRegimeRecords(result, info).map(({ run_id: runId = "", ...rest }) => ({ run_id: runId, ...rest })),
  );
  return await writeAll(folder, {
    [`${name}.tsv`]: toTsv(lines),
    [`${name}.json`]: toJson(documents, folder),
    [`${name}_regime.tsv`]: toTsv(regimes),
    [`${name}_settings.json`]: toJson(folder.settings, folder),
  });
}

/** Writes `<name>_intervals.json`: means over lifetimes with their intervals. */
export async function writeIntervals(
  means: Record<string, LifetimeMean>,
  name: string,
  folder: ResultFolder,
): Promise<string[]> {
  return await writeAll(folder, { [`${name}_intervals.json`]: toJson(means, folder) });
}

async function writeAll({ path }: ResultFolder, files: Record<string, string>): Promise<string[]> {
  const paths: string[] = [];
  try {
    await mkdir(path, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const target = join(path, name);
      await writeFile(target, text);
      paths.push(target);
    }
  } catch (cause) {
    throw new CliError(`results can't be written to ${path}`, {
      cause,
      hint: "choose a folder with --out",
      exitCode: 2,
    });
  }
  return paths;
}

/** JSON of documents whose numbers may be none: null, or for --compat bare words, as Python writes them. */
export function toJson(value: unknown, { isCompat }: Pick<ResultFolder, "isCompat">): string {
  if (!isCompat) return JSON.stringify(value);
  const mark = (_: string, each: unknown): unknown =>
    typeof each === "number" && !Number.isFinite(each) ? `${bare}${each}` : each;
  return JSON.stringify(value, mark).replaceAll(/"\\u0000(NaN|-?Infinity)"/g, "$1");
}

/** Records as tab-separated lines with a head; a column some lack is empty there. */
function toTsv(records: readonly Record<string, unknown>[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const lines = records.map((record) => columns.map((column) => toCell(record[column])).join("\t"));
  return `${[columns.join("\t"), ...lines].join("\n")}\n`;
}

function toCell(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (value === Infinity || value === -Infinity) return value > 0 ? "inf" : "-inf";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
