import type { TaskInputs } from "@whetstone/runtime";

interface TaskSpec {
  kind: "questions" | "refinement";
  verifier: "exact" | "program";
  threshold: number;
}

/** The loop's task as the program reads it: one table of questions, or shards each followed by their base layer. */
export async function placeTask(inputs: Pick<TaskInputs, "has" | "path">, spec: TaskSpec) {
  const files: string[] = [];
  if (spec.kind === "questions") files.push(await inputs.path("task.parquet"));
  for (let shard = 0; inputs.has(`shard-${shard}.tar`); shard += 1)
    files.push(await inputs.path(`shard-${shard}.tar`), await inputs.path(`base-${shard}.parquet`));
  return { ...spec, files };
}

/** Inputs `<name>-0.parquet`, `<name>-1.parquet` ... */
export async function placeNumbered(inputs: Pick<TaskInputs, "has" | "path">, name: string): Promise<string[]> {
  const paths: string[] = [];
  for (let i = 0; inputs.has(`${name}-${i}.parquet`); i += 1) paths.push(await inputs.path(`${name}-${i}.parquet`));
  return paths;
}
