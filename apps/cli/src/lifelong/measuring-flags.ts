import { readFile } from "node:fs/promises";
import type { LifelongOptions } from "@whetstone/core/lifelong";
import { type Command, Option } from "commander";
import { CliError } from "../errors.ts";
import { toCount } from "../flags.ts";

/** How to measure: the reference program's options under its long names. */
export interface MeasuringFlags {
  compat?: "l2metrics";
  variantMode: "aware" | "agnostic";
  steAveragingMethod: "metrics" | "time";
  perfMeasure: string;
  aggregationMethod: "mean" | "median";
  maintenanceMethod: "mrlep" | "mrtlp" | "both";
  transferMethod: "ratio" | "contrast" | "both";
  normalizationMethod: "task" | "run" | "none";
  smoothingMethod: "flat" | "hanning" | "hamming" | "bartlett" | "blackman" | "none";
  smoothEvalData?: true;
  windowLength?: number;
  clampOutliers?: true;
  dataRangeFile?: string;
  skipBadRows?: true;
}

const maxWindow = 1_000_000;

type Choice = [flags: string, description: string, values: string[]];

const choices: Choice[] = [
  [
    "-r, --variant-mode <mode>",
    "treat variants of a task as tasks, or cut names at the first _",
    ["aware", "agnostic"],
  ],
  ["-v, --ste-averaging-method <method>", "average metrics over expert runs, or their curves", ["metrics", "time"]],
  ["-a, --aggregation-method <method>", "from tasks to the lifetime", ["mean", "median"]],
  [
    "-m, --maintenance-method <method>",
    "compare with the first evaluation after training (mrlep) or the end of training (mrtlp)",
    ["mrlep", "mrtlp", "both"],
  ],
  ["-t, --transfer-method <method>", "quotient of two levels, or difference over sum", ["ratio", "contrast", "both"]],
  ["-n, --normalization-method <method>", "bring values to 1..101 by task, by run, or not", ["task", "run", "none"]],
  [
    "-g, --smoothing-method <window>",
    "smooth learning curves by this window",
    ["flat", "hanning", "hamming", "bartlett", "blackman", "none"],
  ],
];

/** Adds the flags; the first value of each choice is the default. */
export function addMeasuringFlags(command: Command): Command {
  command.addOption(
    new Option("--compat <program>", "equal to this program, quirks included, instead of corrected").choices([
      "l2metrics",
    ]),
  );
  for (const [flags, description, values] of choices)
    command.addOption(new Option(flags, description).choices(values).default(values[0]));
  return command
    .option("-p, --perf-measure <column>", "the measure to go by", "reward")
    .option("-G, --smooth-eval-data", "smooth evaluation blocks too")
    .option(
      "-w, --window-length <n>",
      "values a smoothing window spans (default: a fifth of the block, at most 100)",
      toCount,
    )
    .option("-x, --clamp-outliers", "clip each task's values to their 10 % and 90 % quantiles")
    .option("-d, --data-range-file <file>", 'JSON with known ranges, {"task": {"min": 0, "max": 1}}')
    .option("--skip-bad-rows", "leave rows out that break a rule, and say so, instead of stopping");
}

export async function toLifelongOptions(flags: MeasuringFlags): Promise<LifelongOptions> {
  if ((flags.windowLength ?? 0) > maxWindow)
    throw new CliError(`--window-length must be at most ${maxWindow}`, { exitCode: 2 });
  return {
    mode: flags.compat ?? "corrected",
    perfMeasure: flags.perfMeasure,
    variantMode: flags.variantMode,
    steAveragingMethod: flags.steAveragingMethod,
    aggregationMethod: flags.aggregationMethod,
    maintenanceMethod: flags.maintenanceMethod,
    transferMethod: flags.transferMethod,
    normalizationMethod: flags.normalizationMethod,
    smoothingMethod: flags.smoothingMethod,
    smoothEvalData: flags.smoothEvalData === true,
    windowLength: flags.windowLength ?? null,
    clampOutliers: flags.clampOutliers === true,
    dataRange: flags.dataRangeFile === undefined ? null : await readDataRange(flags.dataRangeFile),
  };
}

async function readDataRange(path: string): Promise<LifelongOptions["dataRange"]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`data range file ${path} can't be read`, { cause, exitCode: 2 });
  });
  const { z } = await import("zod");
  try {
    return z.record(z.string(), z.object({ min: z.number(), max: z.number() })).parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(`data range file ${path} must look like {"task": {"min": 0, "max": 1}}`, { cause, exitCode: 2 });
  }
}
