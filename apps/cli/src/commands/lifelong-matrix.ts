import { Command } from "commander";
import { createOutput } from "../output.ts";
import { openSession } from "../session.ts";

export interface MatrixFlags {
  out?: string;
  stream?: string;
  lifetime?: string;
}

export function lifelongMatrixCommand(): Command {
  return new Command("matrix")
    .description("accuracy, transfer and forgetting from an accuracy matrix, by every suite's own definition")
    .argument(
      "<file>",
      "CSV (a row a training step, a column a task) or JSON (scores, baseline, reference, firstBatches)",
    )
    .option("--out <file>", "write the metrics as JSON")
    .option("--stream <id>", "keep the matrix in this stream of the API, too")
    .option("--lifetime <name>", "whose matrix it is, with --stream (default: main)")
    .action(async (file: string, flags: MatrixFlags, self: Command) => {
      const { computeMatrix } = await import("../lifelong/compute-matrix.ts");
      const output = createOutput(self.optsWithGlobals<{ json?: boolean }>());
      const { api } = flags.stream === undefined ? { api: undefined } : await openSession(self);
      await computeMatrix(file, flags, { output, api });
    });
}
