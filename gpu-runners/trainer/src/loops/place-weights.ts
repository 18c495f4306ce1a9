import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createHash } from "node:crypto";
import { type Log, TaskError, type TaskInputs } from "@whetstone/runtime";
import type { HubCheckpoint } from "@whetstone/schemas/api";
import { extract } from "tar-stream";
import { z } from "zod";
import type { LoopProgram } from "./loop-program.ts";

const optimiserFile = "optimiser.safetensors";
const maxMembers = 10_000;
const Fetched = z.object({ folder: z.string() });

export interface Placed {
  folder: string;
  /** SHA-256 of its safetensors, one after the other in the order of their names. */
  weights: string;
}

interface Context {
  params: { hub: Partial<Record<string, HubCheckpoint>> };
  inputs: Pick<TaskInputs, "names" | "path">;
  workDir: string;
  signal: AbortSignal;
  log: Log;
}

/**
 * Puts the inputs `<role>.<file>` into a folder under their own names; an uploaded tar is unpacked there, a checkpoint of the hub stays in
 * the hub's cache. Undefined where the role has no weights.
 */
export async function placeWeights(
  role: string,
  { context, program }: { context: Context; program: LoopProgram },
): Promise<Placed | undefined> {
  const { params, inputs, workDir, signal, log } = context;
  const hub = params.hub[role];
  if (hub) {
    const spec = { hub_id: hub.id, revision: hub.revision };
    const fetched = await program.run({ kind: "fetch", spec, signal, onProgress: () => {}, log });
    const { folder } = Fetched.parse(fetched);
    return { folder, weights: await hashWeights(folder, role) };
  }
  const names = inputs.names.filter((name) => name.startsWith(`${role}.`));
  if (names.length === 0) return undefined;
  const folder = join(workDir, role);
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const path = await inputs.path(name);
    if (name.endsWith(".tar")) await unpack(path, folder);
    else await symlink(path, join(folder, name.slice(role.length + 1)));
  }
  return { folder, weights: await hashWeights(folder, role) };
}

/** Plain files only, by their last names: a tar of a folder, whatever the folder was called. */
async function unpack(path: string, folder: string): Promise<void> {
  const tar = extract();
  const reading = pipeline(createReadStream(path), tar);
  reading.catch(() => {});
  let members = 0;
  try {
    for await (const entry of tar) {
      const name = basename(entry.header.name);
      if (entry.header.type !== "file" || name.startsWith(".")) {
        entry.resume();
        continue;
      }
      if ((members += 1) > maxMembers) throw new Error(`it has more than ${maxMembers} files`);
      await pipeline(entry, createWriteStream(join(folder, name), { flags: "wx" }));
    }
    await reading;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TaskError("weights_invalid", `the uploaded weights can't be unpacked: ${why}`, { fate: "final", cause });
  }
}

async function hashWeights(folder: string, role: string): Promise<string> {
  const names = await readdir(folder);
  const files = names.filter((name) => name.endsWith(".safetensors") && name !== optimiserFile).toSorted();
  if (files.length === 0)
    throw new TaskError("weights_invalid", `the weights of ${role} hold no safetensors`, { fate: "final" });
  const hash = createHash("sha256");
  for (const file of files)
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
