import { join } from "node:path";
import { createLayerWriter, defineTask, readLayer, TaskError } from "@whetstone/runtime";
import { TrainingParquetRow } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { LoopProgram } from "./loop-program.ts";
import { placeNumbered, placeTask } from "./place-task.ts";
import { placeWeights } from "./place-weights.ts";

const optimiserFile = "optimiser.safetensors";
const Result = z.object({
  weights: z.string(),
  files: z.array(z.string()).min(1),
  summary: z.record(z.string(), z.unknown()),
  counts: z.record(z.string(), z.number()),
  seconds: z.number(),
});

/** Learns from rows, by the Python program. */
export function createLoopLearn(program: LoopProgram) {
  return defineTask({
    kind: "loop-learn",

    async run(context) {
      const { params, inputs, workDir, signal, progress, write, log } = context;
      const place = (role: string) => placeWeights(role, { context, program });
      const [start, reference] = [await place("start"), await place("reference")];
      const output = join(workDir, "output");
      const spec = {
        policy_kind: params.policyKind,
        slot: params.slot,
        start: start?.folder ?? null,
        reference: reference?.folder ?? null,
        optimiser: inputs.has(optimiserFile) ? await inputs.path(optimiserFile) : null,
        training: await pool(await placeNumbered(inputs, "training"), join(workDir, "training.parquet")),
        task: params.task ? await placeTask(inputs, params.task) : null,
        learning: params.learning,
        seed: params.seed,
        output,
      };
      const onProgress = (done: number, total: number) => progress(done, total, "steps");
      const result = Result.parse(await program.run({ kind: "learn", spec, signal, onProgress, log }));
      const files = [...result.files, optimiserFile];
      for (const name of files) void write(name, join(output, name));
      return { ...result, files };
    },
  });
}

/** One table of all rows; several iterations may have left theirs. */
async function pool(paths: readonly string[], path: string): Promise<string> {
  const [first, ...more] = paths;
  if (first === undefined) throw new TaskError("input_missing", "there are no rows to learn from", { fate: "final" });
  if (more.length === 0) return first;
  const writer = createLayerWriter(path, TrainingParquetRow);
  for (const one of paths) for await (const row of readLayer(one, TrainingParquetRow)) writer.append(row);
  writer.close();
  return path;
}
