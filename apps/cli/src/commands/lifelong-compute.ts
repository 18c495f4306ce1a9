import { Command } from "commander";
import { CliError } from "../errors.ts";
import { toCount } from "../flags.ts";
import { addMeasuringFlags, type MeasuringFlags } from "../lifelong/measuring-flags.ts";
import { createOutput } from "../output.ts";

export interface ComputeFlags extends MeasuringFlags {
  experts?: string;
  recursive?: true;
  out: string;
  output?: string;
  bootstrap?: number;
}

export function lifelongComputeCommand(): Command {
  const command = new Command("compute")
    .description(
      "metrics of l2logger logs: recovery, maintenance, transfer, performance and efficiency against experts",
    )
    .argument(
      "<logdir...>",
      "folders of logs, each with logger_info.json, scenario_info.json and data-log.tsv files below",
    )
    .option("--experts <dir>", "single-task experts: one log folder a run below it, taken in order of name")
    .option("-R, --recursive", "measure every log found below the folders")
    .option("--out <dir>", "where results are written", "results")
    .option("-o, --output <name>", "base name of the files (default: the log's, or ll_metrics for many)")
    .option(
      "--bootstrap <n>",
      "resamples for confidence intervals, 0 for none (default: as many as take no time)",
      toCount,
    );
  return addMeasuringFlags(command).action(async (folders: string[], flags: ComputeFlags, self: Command) => {
    if (folders.some((folder) => folder === "")) throw new CliError("give the folder of a log", { exitCode: 2 });
    const { computeLogs } = await import("../lifelong/compute-logs.ts");
    await computeLogs(folders, flags, createOutput(self.optsWithGlobals<{ json?: boolean }>()));
  });
}
