import { join } from "node:path";
import { type DoneStep, findMethod, reduceGate, type SampleTable } from "@whetstone/core/methods";
import { defineTask, type TaskInputs } from "@whetstone/runtime";
import { readTable } from "./read-table.ts";
import { writeRecord, writeTraining } from "./write-record.ts";

/** Runs a reducer of the loop's method over sampled rows, or the gate over measured ones. */
export function createLoopReduce() {
  return defineTask({
    kind: "loop-reduce",

    async run({ params, inputs, workDir, write }) {
      const tables = await readTables(inputs);
      const reduce = params.reducer === "gate" ? reduceGate : findMethod(params.method).findReducer(params.reducer);
      // The engine wrote these steps itself.
      const done = params.done as unknown as DoneStep[];
      const { verdicts, training, summary } = reduce(tables, { ...params, done });

      const record = join(workDir, "record.parquet");
      writeRecord(record, tables, verdicts);
      const files = ["record.parquet"];
      void write("record.parquet", record);
      if (training.length > 0) {
        const path = join(workDir, "training.parquet");
        writeTraining(path, training);
        void write("training.parquet", path);
        files.push("training.parquet");
      }
      return { summary, files, counts: { rows: training.length } };
    },
  });
}

/** Inputs `<step>-<shard>.parquet`, the shards of a step together. */
async function readTables(inputs: Pick<TaskInputs, "names" | "path">): Promise<Record<string, SampleTable>> {
  const steps = Object.groupBy(inputs.names, (name) => name.replace(/-\d+\.parquet$/, ""));
  const tables: Record<string, SampleTable> = {};
  for (const [step, names] of Object.entries(steps))
    tables[step] = await readTable(await Promise.all((names ?? []).map((name) => inputs.path(name))));
  return tables;
}
