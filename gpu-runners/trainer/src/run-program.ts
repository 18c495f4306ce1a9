import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TrainEvent } from "@whetstone/schemas/tasks";
import { type Log, TaskError } from "@whetstone/runtime";
import { programEnv } from "./program-env.ts";

const programDir = fileURLToPath(new URL("..", import.meta.url));
const killAfterMs = 5_000;
const keptErrorLines = 20;
const hopelessExit = 2;
/** Of all processes together, from the newest checkpoint on this machine, before the task counts as failed. */
const maxRestarts = 3;

interface Program {
  python: string;
  gpus: number;
  specPath: string;
  signal: AbortSignal;
  onEvent(event: TrainEvent): void;
  log: Log;
}

/** Runs `python -m trainer` until it ends. It dies with this process, however that ends: it watches the stdin held open here. */
export async function runProgram(program: Program): Promise<void> {
  const { python, gpus, specPath, signal, onEvent, log } = program;
  signal.throwIfAborted();
  const many =
    gpus > 1
      ? ["-m", "torch.distributed.run", "--standalone", `--nproc-per-node=${gpus}`, `--max-restarts=${maxRestarts}`]
      : [];
  const child = spawn(python, [...many, "-m", "trainer", "--attached", specPath], {
    cwd: programDir,
    env: programEnv(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});

  let failure: Extract<TrainEvent, { type: "error" }> | undefined;
  const errorLines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    errorLines.push(line);
    if (errorLines.length > keptErrorLines) errorLines.shift();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = parseEvent(line);
    if (event?.type === "error") failure = event;
    if (event) onEvent(event);
    else log("trainer says", { line });
  });

  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill("SIGTERM");
    killer = setTimeout(() => {
      child.stdin.destroy();
      child.kill("SIGKILL");
    }, killAfterMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { code, deathSignal } = await new Promise<{ code: number | null; deathSignal: string | null }>(
      (resolve, reject) => {
        child.once("error", (cause) =>
          reject(new TaskError("python_missing", `${python} can't be started: set WHETSTONE_PYTHON`, { cause })),
        );
        child.once("close", (exit, name) => resolve({ code: exit, deathSignal: name }));
      },
    );
    signal.throwIfAborted();
    if (code === 0) return;
    if (code === hopelessExit || failure?.code === "invalid_spec") {
      throw new TaskError("train_invalid", failure?.message ?? errorLines.join("\n"), { fate: "final" });
    }
    const how = code === null ? `was killed by ${deathSignal}` : `ended with code ${code}`;
    throw new TaskError("training_failed", failure?.message ?? `the training program ${how}: ${errorLines.join("\n")}`);
  } finally {
    clearTimeout(killer);
    signal.removeEventListener("abort", stop);
  }
}

function parseEvent(line: string): TrainEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return TrainEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
