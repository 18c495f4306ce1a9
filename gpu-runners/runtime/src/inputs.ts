import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LentFile, LentTask, TaskInputs as InputPage } from "@whetstone/schemas/tasks";
import { download } from "./download.ts";
import { TaskError } from "./errors.ts";
import type { Limit } from "./limit.ts";

const refreshMarginMs = 10_000;
const prefetchBytes = 1024 ** 3;

export interface TaskInputs {
  names: readonly string[];
  has(name: string): boolean;
  sizeBytes(name: string): number;
  /** Resolves to the local path once the file is whole and checked. */
  path(name: string): Promise<string>;
  /** Removes the local copy; asked for again, the file is fetched again. */
  drop(name: string): Promise<void>;
}

interface InputsOptions {
  folder: string;
  /** A page of this task's inputs with fresh addresses. */
  page(after: string | undefined): Promise<InputPage>;
  signal: AbortSignal;
  fetch: typeof fetch;
  limit: Limit;
}

/** The inputs of a lent task. Small ones start downloading at once, while the task still waits for its turn. */
export async function openInputs(task: LentTask, options: InputsOptions): Promise<TaskInputs> {
  const files = new Map(task.inputs.map((file) => [file.name, file]));
  for (let hasMore = task.hasMoreInputs; hasMore;) {
    const page = await options.page([...files.keys()].at(-1));
    for (const file of page.inputs) files.set(file.name, file);
    hasMore = page.hasMoreInputs && page.inputs.length > 0;
  }
  const names = [...files.keys()];
  const paths = new Map<string, Promise<string>>();

  async function freshUrl(name: string, isRefused: boolean): Promise<string> {
    const known = need(name);
    if (!isRefused && Date.parse(known.expiresAt) - Date.now() > refreshMarginMs) return known.url;
    const before = names[names.indexOf(name) - 1];
    for (const file of (await options.page(before)).inputs) if (files.has(file.name)) files.set(file.name, file);
    return need(name).url;
  }

  function need(name: string): LentFile {
    const file = files.get(name);
    if (!file) throw new TaskError("input_missing", `the task was lent no input named ${name}`, { fate: "final" });
    return file;
  }

  function path(name: string): Promise<string> {
    let found = paths.get(name);
    if (!found) {
      const { sizeBytes, sha256 } = need(name);
      const { folder, signal, fetch: send, limit } = options;
      found = limit(() =>
        download({
          name,
          path: join(folder, name),
          sizeBytes,
          sha256,
          url: (isRefused) => freshUrl(name, isRefused),
          signal,
          fetch: send,
        }),
      );
      // A failed prefetch is told to whoever asks for the file, not to the process.
      found.catch(() => {});
      paths.set(name, found);
    }
    return found;
  }

  async function drop(name: string): Promise<void> {
    const found = paths.get(name);
    paths.delete(name);
    await found?.catch(() => {});
    await rm(join(options.folder, name), { force: true });
  }

  let ahead = 0;
  for (const name of names) {
    ahead += need(name).sizeBytes;
    if (ahead <= prefetchBytes) void path(name);
  }
  return {
    names,
    has: (name) => files.has(name),
    sizeBytes: (name) => need(name).sizeBytes,
    path: async (name) => path(name),
    drop,
  };
}
