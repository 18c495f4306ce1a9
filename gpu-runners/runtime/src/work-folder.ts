import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

const prefix = `whetstone-${hostname()}-`;

/** A folder for this runner's work; those of runners that were killed on this machine are removed. */
export async function makeWorkFolder(runnerId: string): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
  const folder = join(tmpdir(), `${prefix}${process.pid}-${runnerId}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted means that it is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
