import { appendFile, readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { identify, isStillRunning } from "./process-identity.ts";

const Entry = z.object({ pid: z.int(), startedAt: z.string() });

/** Notes a child, so that the next start can end it should this process be killed before it could. */
export async function noteChild(path: string, pid: number): Promise<void> {
  await appendFile(path, `${JSON.stringify(await identify(pid))}\n`, { mode: 0o600 });
}

/** Ends the groups of children that a killed stack left behind; answers how many there were. */
export async function endLeftovers(path: string): Promise<number> {
  const lines = (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
  let count = 0;
  for (const line of lines) {
    const entry = Entry.parse(JSON.parse(line));
    // Without a start time a reused process id can't be told apart: leave it alone.
    if (entry.startedAt === "" || !(await isStillRunning(entry))) continue;
    process.kill(-entry.pid, "SIGKILL");
    count += 1;
  }
  if (count > 0) await sleep(200);
  await rm(path, { force: true });
  return count;
}
