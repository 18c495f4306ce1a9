import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { TaskInputs } from "@whetstone/runtime";

export interface LentShards {
  lend(names: readonly string[]): void;
  takeBack(names: readonly string[]): void;
  failed: AbortSignal;
}

/**
 * Puts files into `folder` as the program asks for them and takes them back when it is done with them, so that a version larger
 * than the disk can be trained on. `failed` fires, with its reason, when a file can't be had.
 */
export function lendShards(inputs: Pick<TaskInputs, "path" | "drop">, folder: string): LentShards {
  const failure = new AbortController();
  const turns = new Map<string, Promise<void>>();

  /** What happens to one file happens in order. */
  function next(name: string, work: () => Promise<void>): void {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work).catch((error) => failure.abort(error));
    turns.set(name, turn);
  }

  return {
    failed: failure.signal,

    lend(names: readonly string[]): void {
      for (const name of names) {
        next(name, async () => {
          const path = await inputs.path(name);
          await rm(join(folder, name), { force: true });
          await symlink(path, join(folder, name));
        });
      }
    },

    takeBack(names: readonly string[]): void {
      for (const name of names) {
        next(name, async () => {
          await rm(join(folder, name), { force: true });
          await inputs.drop(name);
        });
      }
    },
  };
}
