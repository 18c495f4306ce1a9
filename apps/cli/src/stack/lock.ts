import { readFile, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { identify, isStillRunning } from "./process-identity.ts";

const Holder = z.object({ pid: z.int(), startedAt: z.string() });

/** Takes the lock file, also from a holder that died; says who holds it when somebody does. */
export async function takeLock(path: string, folder: string): Promise<void> {
  const me = JSON.stringify(await identify(process.pid));
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      await writeFile(path, me, { flag: "wx" });
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = await readHolder(path);
    if (holder !== undefined) {
      const hint = "stop it with Ctrl-C there or `whetstone down`, or give this one another folder with --data";
      throw new CliError(`a stack already runs on ${folder} (process ${holder})`, { hint });
    }
    await rm(path, { force: true });
  }
  throw new CliError(`${path} could not be taken`, { hint: "another `whetstone up` is starting; try again" });
}

/** The process that holds the lock, if it lives. */
export async function readHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const holder = Holder.safeParse(parse(text));
  return holder.success && (await isStillRunning(holder.data)) ? holder.data.pid : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
