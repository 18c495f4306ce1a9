import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskPlan } from "@whetstone/core/runs/run-kind";
import { type AnyTask, hashFile, type TaskContext } from "@whetstone/runtime";
import { type InputFile, type TaskKind, taskContracts } from "@whetstone/schemas/tasks";

export interface LocalTask {
  tasks: readonly AnyTask[];
  folder: string;
  plan: TaskPlan;
}

export interface LocalOutcome {
  result: Record<string, unknown>;
  outputs: InputFile[];
  seconds: number;
}

/** Does a task by the runner's own handler, on files of this machine: an input's key is its path. */
export async function doLocally({ tasks, folder, plan }: LocalTask): Promise<LocalOutcome> {
  const began = performance.now();
  const task = tasks.find(({ kind }) => kind === plan.kind);
  if (!task) throw new Error(`no handler does ${plan.kind}`);
  const contract = taskContracts[plan.kind];
  const [workDir, outDir] = [join(folder, "work"), join(folder, "out")];
  await Promise.all([mkdir(workDir, { recursive: true }), mkdir(outDir, { recursive: true })]);
  const files = new Map(plan.inputs.map((file) => [file.name, file.key]));
  const writes: Promise<InputFile>[] = [];
  const pathOf = (name: string): string => {
    const path = files.get(name);
    if (path === undefined) throw new Error(`${plan.kind} has no input ${name}`);
    return path;
  };
  const context: TaskContext<TaskKind> = {
    params: contract.params.parse(plan.params),
    inputs: {
      names: [...files.keys()],
      has: (name) => files.has(name),
      sizeBytes: () => 0,
      path: async (name) => pathOf(name),
      drop: async () => {},
    },
    write(name, source) {
      const written = store(join(outDir, name), name, source);
      written.catch(() => {});
      writes.push(written);
      return written.then(({ sizeBytes, sha256 }) => ({ name, sizeBytes, sha256: sha256 ?? "" }));
    },
    progress: () => {},
    tell: () => {},
    checkpoint: async () => {},
    resumed: null,
    signal: new AbortController().signal,
    workDir,
    secret: () => undefined,
    log: () => {},
  };
  const result = contract.result.parse(await task.run(context)) as Record<string, unknown>;
  const outputs = await Promise.all(writes);
  return { result, outputs, seconds: (performance.now() - began) / 1000 };
}

async function store(path: string, name: string, source: string | Uint8Array): Promise<InputFile> {
  await (typeof source === "string" ? copyFile(source, path) : writeFile(path, source));
  return { name, key: path, ...(await hashFile(path)) };
}
