import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunnerClient } from "@whetstone/schemas/client";
import { type OutputFile, taskContracts } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { AnyTask, TaskContext } from "./define-task.ts";
import { download } from "./download.ts";
import { TaskError } from "./errors.ts";
import { hashFile } from "./hash-file.ts";
import type { HeldTask } from "./held-task.ts";
import { openInputs } from "./inputs.ts";
import type { Limit } from "./limit.ts";
import type { Log } from "./log.ts";
import { upload } from "./upload.ts";

export interface TaskHost {
  client: RunnerClient;
  fetch: typeof fetch;
  /** Uploads have a queue of their own, so that finished work never waits behind what is fetched ahead. */
  downloads: Limit;
  uploads: Limit;
  log: Log;
  secret(name: string): string | undefined;
  beatSoon(): void;
  lastWords(held: HeldTask): Promise<void>;
}
export interface TaskOutcome {
  result: Record<string, unknown>;
  outputs: OutputFile[];
}

/** What is needed before a handler may start: its folder, its inputs on their way, its checkpoint. */
export async function prepareTask(held: HeldTask, { host, folder }: { host: TaskHost; folder: string }) {
  const { task, lease } = held;
  const over = new AbortController();
  const signal = AbortSignal.any([held.signal, over.signal]);
  const workDir = workDirOf(held, folder);
  const inputsDir = join(workDir, ".inputs");
  await mkdir(inputsDir, { recursive: true });
  const page = (after: string | undefined) => host.client.inputs({ ...lease, ...(after && { after }) });
  const inputs = await openInputs(task, { folder: inputsDir, page, signal, fetch: host.fetch, limit: host.downloads });
  const left = task.checkpoint;
  const resumed = left
    ? await download({
        ...left,
        path: join(workDir, `.resumed-${left.name}`),
        url: async () => left.url,
        signal,
        fetch: host.fetch,
      })
    : null;
  return { workDir, inputs, resumed, endDownloads: () => over.abort() };
}
export type PreparedTask = Awaited<ReturnType<typeof prepareTask>>;

/** Runs the handler. `computed` resolves when it returns, so that its uploads can overlap the next task's work; `outcome` when all is stored. */
export function runTask(held: HeldTask, prepared: PreparedTask, { task, host }: { task: AnyTask; host: TaskHost }) {
  const contract = taskContracts[held.task.kind];
  const outputs = new Map<string, OutputFile>();
  const writes = new Set<Promise<unknown>>();
  let checkpoints = 0;

  async function store(name: string, source: string | Uint8Array): Promise<OutputFile> {
    held.signal.throwIfAborted();
    const { sha256, sizeBytes } = typeof source === "string" ? await hashFile(source) : hashBytes(source);
    const file = { name, sizeBytes, sha256 };
    const target = async () => {
      const { files } = await host.client.uploads({ ...held.lease, files: [file] });
      const [found] = files;
      if (!found) throw new TaskError("upload_failed", `the API gave no address for output ${name}`);
      return found;
    };
    await host.uploads(() => upload({ file, source, target, signal: held.signal, fetch: host.fetch }));
    return file;
  }

  function write(name: string, source: string | Uint8Array): Promise<OutputFile> {
    const written = store(name, source).then((file) => {
      outputs.set(name, file);
      return file;
    });
    // Told at the end, when all writes are awaited; a handler may await it sooner.
    written.catch(() => {});
    writes.add(written);
    return written;
  }

  const context: TaskContext<typeof held.task.kind> = {
    params: parseParams(held),
    inputs: prepared.inputs,
    write,
    progress(done, total, unit) {
      held.progress = { done, total, unit };
    },
    tell(note) {
      const problem = held.notes.add(note);
      if (problem) context.log("note not told", { type: note.type, problem });
    },
    async checkpoint(path) {
      checkpoints += 1;
      const file = await store(`checkpoint-${checkpoints}`, path);
      held.checkpoint = { ...file, progress: held.progress ?? null };
      host.beatSoon();
    },
    resumed: prepared.resumed,
    signal: held.signal,
    workDir: prepared.workDir,
    secret: host.secret,
    log: (event, fields) => host.log(event, { taskId: held.task.taskId, ...fields }),
  };
  const computed = task.run(context).then((result) => parseResult(contract.result, result));
  const outcome = computed.then(async (result): Promise<TaskOutcome> => {
    await Promise.all(writes);
    return { result, outputs: [...outputs.values()] };
  });
  outcome.catch(() => {});
  return { computed, outcome };
}

/** Removes all that the attempt left on this machine. */
export async function clearTask(held: HeldTask, folder: string): Promise<void> {
  await rm(workDirOf(held, folder), { recursive: true, force: true, maxRetries: 3 });
}

function workDirOf({ task }: HeldTask, folder: string): string {
  return join(folder, `${task.taskId}-${task.attempt}`);
}

function parseParams(held: HeldTask): TaskContext<typeof held.task.kind>["params"] {
  const parsed = taskContracts[held.task.kind].params.safeParse(held.task.params);
  if (!parsed.success)
    throw new TaskError("params_invalid", `params of a ${held.task.kind} task: ${z.prettifyError(parsed.error)}`, {
      fate: "final",
    });
  return parsed.data;
}

function parseResult(schema: z.ZodType, result: unknown): Record<string, unknown> {
  return schema.parse(result) as Record<string, unknown>;
}

function hashBytes(bytes: Uint8Array): { sha256: string; sizeBytes: number } {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}
