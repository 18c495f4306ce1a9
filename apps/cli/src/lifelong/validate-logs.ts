import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatFault, parseLoggerInfo, summariseLog, type Fault } from "@whetstone/core/lifelong";
import type { ValidateFlags } from "../commands/lifelong-validate.ts";
import { CliError } from "../errors.ts";
import { formatTable, type Output } from "../output.ts";
import { asUsage } from "./as-usage.ts";
import { requireFolder } from "./find-log-files.ts";
import { readLog } from "./read-log.ts";

interface Verdict {
  folder: string;
  rowCount: number;
  fileCount: number;
  faults: Fault[];
  faultCount: number;
  warnings: string[];
  blocks: ReturnType<typeof summariseLog>;
}

/** Reads logs as `compute` would and tells what it would say; exits 2 when a rule is broken. */
export async function validateLogs(folders: string[], flags: ValidateFlags, output: Output): Promise<void> {
  const verdicts: Verdict[] = [];
  for (const folder of folders) verdicts.push(await asUsage(() => validate(folder, flags)));
  output.print(verdicts, verdicts.map(describe).join("\n\n"));
  const broken = verdicts.filter(({ faultCount }) => faultCount > 0);
  if (broken.length > 0) throw new CliError(`${broken.length} of ${folders.length} logs break rules`, { exitCode: 2 });
}

async function validate(folder: string, { perfMeasure }: ValidateFlags): Promise<Verdict> {
  const measures = perfMeasure === undefined ? await readMeasures(folder) : [perfMeasure];
  const faults = new Map<string, Fault>();
  const warnings = new Set<string>();
  let last: Awaited<ReturnType<typeof readLog>> | undefined;
  let faultCount = 0;
  for (const measure of measures) {
    last = await readLog(folder, { measure });
    for (const fault of last.faults) faults.set(formatFault(fault), fault);
    for (const warning of last.warnings) warnings.add(warning);
    faultCount = Math.max(faultCount, last.faultCount, faults.size);
  }
  return {
    folder,
    rowCount: last?.table.length ?? 0,
    fileCount: last?.files.length ?? 0,
    faults: [...faults.values()],
    faultCount,
    warnings: [...warnings],
    blocks: last ? summariseLog(last.table) : [],
  };
}

async function readMeasures(folder: string): Promise<string[]> {
  await requireFolder(folder);
  const path = join(folder, "logger_info.json");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${folder} has no readable logger_info.json, so it is no l2logger log`, { cause, exitCode: 2 });
  });
  return parseLoggerInfo(text, path).metrics_columns;
}

const blocksShown = 40;

function describe({ folder, rowCount, fileCount, faults, faultCount, warnings, blocks }: Verdict): string {
  const state = faultCount === 0 ? "valid" : `${faultCount} broken rules`;
  const rows = blocks
    .slice(0, blocksShown)
    .map(({ blockNum, blockType, subtype, task, rowCount: count }) => [
      String(blockNum),
      blockType,
      subtype,
      task,
      String(count),
    ]);
  const more = blocks.length > blocksShown ? [`... ${blocks.length - blocksShown} more`] : [];
  const hidden = faultCount > faults.length ? [`... ${faultCount - faults.length} more broken rules`] : [];
  return [
    `${folder}: ${state}; ${rowCount} good rows in ${fileCount} files`,
    ...faults.map((fault) => `  error: ${formatFault(fault)}`),
    ...hidden,
    ...warnings.map((warning) => `  warning: ${warning}`),
    formatTable([["block", "type", "subtype", "task", "rows"], ...rows]),
    ...more,
  ].join("\n");
}
