import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the set-up puts uv when the machine has none. */
const own = join(homedir(), ".cache/whetstone/uv/bin/uv");
export const uvPath: string = existsSync(own) ? own : "uv";

/** Runs a pinned tool of the Python index: from the cache when it is there, so that only the first run needs a network. */
export function runTool(
  source: string,
  [command, ...options]: [string, ...string[]],
): { status: number; output: string } {
  const run = (mode: string[]) => {
    try {
      const output = execFileSync(uvPath, ["tool", "run", ...mode, "--from", source, command, ...options], {
        encoding: "utf8",
        stdio: "pipe",
      });
      return { status: 0, output };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string };
      return { status: status ?? 1, output: `${stdout}${stderr}` };
    }
  };
  const cached = run(["--offline"]);
  return cached.status !== 0 && /not found in the cache|network (was )?disabled|--offline/i.test(cached.output)
    ? run([])
    : cached;
}
