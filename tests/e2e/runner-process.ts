import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const root = new URL("../../", import.meta.url).pathname;

export interface RunnerProcess {
  child: ChildProcess;
  /** Ends it at once, as a preempted machine would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A runner as the fleet starts it: its own process, knowing only an address and a token. */
export function startRunner(
  kind: "vision" | "refiner" | "trainer",
  { url, token, env = {} }: { url: string; token: string; env?: Record<string, string> },
): RunnerProcess {
  const child = spawn(process.execPath, [`gpu-runners/${kind}/src/main.ts`], {
    cwd: root,
    stdio: ["ignore", "ignore", process.env["E2E_LOGS"] ? "inherit" : "ignore"],
    env: {
      ...process.env,
      WHETSTONE_URL: url,
      WHETSTONE_RUNNER_TOKEN: token,
      WHETSTONE_RUNNER_NAME: `${kind}-test`,
      ...env,
    },
  });
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
  return { child, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
