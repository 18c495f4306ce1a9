import { Command } from "commander";
import { createOutput } from "../output.ts";

export interface ValidateFlags {
  perfMeasure?: string;
}

export function lifelongValidateCommand(): Command {
  return new Command("validate")
    .description("check l2logger logs and list every broken rule with file, line and column")
    .argument("<logdir...>", "folders of logs")
    .option("-p, --perf-measure <column>", "the measure to check (default: every one logger_info.json names)")
    .action(async (folders: string[], flags: ValidateFlags, self: Command) => {
      const { validateLogs } = await import("../lifelong/validate-logs.ts");
      await validateLogs(folders, flags, createOutput(self.optsWithGlobals<{ json?: boolean }>()));
    });
}
