import { Command } from "commander";
import { collect, toCount } from "../flags.ts";
import { addMeasuringFlags, type MeasuringFlags } from "../lifelong/measuring-flags.ts";
import { createOutput } from "../output.ts";

export interface ReportFlags extends MeasuringFlags {
  experts?: string;
  out: string;
  title?: string;
  before?: string[];
  bootstrap?: number;
}

export function lifelongReportCommand(): Command {
  const command = new Command("report")
    .description(
      "write metrics up as a page: charts, and in plain words what got better and worse, and how sure that is",
    )
    .argument(
      "<folder...>",
      "learners to report on: each the folder of a log, or a folder of logs that are its lifetimes",
    )
    .option("--out <file>", "page to write; its data goes beside it as .json and .csv", "report.html")
    .option("--title <text>", "heading of the page", "Lifelong learning report")
    .option("--experts <dir>", "single-task experts: one log folder a run below it, taken in order of name")
    .option(
      "--before <file>",
      "the .json of an earlier report to compare with; may be given again, oldest first",
      collect,
    )
    .option(
      "--bootstrap <n>",
      "resamples for the intervals of single lifetimes (default: as many as take no time)",
      toCount,
    );
  return addMeasuringFlags(command).action(async (folders: string[], flags: ReportFlags, self: Command) => {
    const { writeReport } = await import("../lifelong/write-report.ts");
    await writeReport(folders, flags, createOutput(self.optsWithGlobals<{ json?: boolean }>()));
  });
}
