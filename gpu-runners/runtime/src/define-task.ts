import type { TaskNote } from "@whetstone/schemas/api";
import type { OutputFile, TaskKind, taskContracts } from "@whetstone/schemas/tasks";
import type { z } from "zod";
import type { Log } from "./log.ts";
import type { TaskInputs } from "./inputs.ts";

type Contracts = typeof taskContracts;
export type TaskParams<K extends TaskKind> = z.output<Contracts[K]["params"]>;
export type TaskResult<K extends TaskKind> = z.input<Contracts[K]["result"]>;

/** All a handler is lent: it reads, writes and says nothing but through this. */
export interface TaskContext<K extends TaskKind> {
  params: TaskParams<K>;
  /** Input files, fetched when first asked for (small ones before) and checked against size and SHA-256. */
  inputs: TaskInputs;
  /** Uploads a local file (by path) or bytes as an output; resolves once S3 has it. Need not be awaited: the task is complete only after all writes are. */
  write(name: string, source: string | Uint8Array): Promise<OutputFile>;
  progress(done: number, total: number, unit: string): void;
  /** Becomes an event of the run with the next heartbeat. */
  tell(note: TaskNote): void;
  /** Uploads a file a next attempt can go on from; it replaces the one before. */
  checkpoint(path: string): Promise<void>;
  /** Local path of the checkpoint an earlier attempt left, if any. */
  resumed: string | null;
  /** Fires when the task is cancelled, lost to another attempt, or the runner goes away: stop, nothing more is wanted. */
  signal: AbortSignal;
  /** A folder of this attempt alone; removed afterwards. */
  workDir: string;
  /** The secret the runner holds under `WHETSTONE_SECRET_<NAME>`. */
  secret(name: string): string | undefined;
  log: Log;
}

export interface TaskDefinition<K extends TaskKind = TaskKind> {
  kind: K;
  /** Labels a runner must carry to offer this kind. */
  needs?: readonly string[];
  run(context: TaskContext<K>): Promise<TaskResult<K>>;
}

/** A definition with its kind forgotten, as the runner keeps it; `runTask` parses params and result by the kind's contract. */
export interface AnyTask {
  kind: TaskKind;
  needs: readonly string[];
  run(context: TaskContext<TaskKind>): Promise<unknown>;
}

/**
 * A kind of task and how it is done.
 *
 * @example
 * export const noop = defineTask({ kind: "noop", run: async ({ params }) => ({ counts: { sleptMs: params.sleepMs } }) });
 */
export function defineTask<K extends TaskKind>(definition: TaskDefinition<K>): AnyTask {
  // The one cast: `runTask` hands a handler only params parsed for its own kind.
  const run = definition.run as unknown as AnyTask["run"];
  return { kind: definition.kind, needs: definition.needs ?? [], run };
}
