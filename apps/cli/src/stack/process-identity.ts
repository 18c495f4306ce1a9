import { readFile } from "node:fs/promises";

/** A process that can be told from a later one with the same id. `startedAt` is empty where the system doesn't say. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, startedAt: await readStart(pid) };
}

export async function isStillRunning({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return false;
  return startedAt === (await readStart(pid));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Field 22 of Linux's stat line: clock ticks since boot. The name in field 2 may hold spaces and brackets. */
async function readStart(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
