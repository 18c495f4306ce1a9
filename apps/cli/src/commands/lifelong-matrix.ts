import { Command } from "commander";
import { createOutput } from "../output.ts";

export interface MatrixFlags {
  out?: string;
}

export function lifelongMatrixCommand(): Command {
  return new Command("matrix")
    .description("accuracy, transfer and forgetting from an accuracy matrix, by every suite's own definition")
    .argument(
      "<file>",
      "CSV (a row a training step, a column a task) or JSON (scores, baseline, reference, firstBatches)",
    )
    .option("--out <file>", "write the metrics as JSON")
    .action(async (file: string, flags: MatrixFlags, self: Command) => {
      const { computeMatrix } = await import("../lifelong/compute-matrix.ts");
      await computeMatrix(file, flags, createOutput(self.optsWithGlobals<{ json?: boolean }>()));
    });
}
