import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Log, TaskError } from "@whetstone/runtime";
import { z } from "zod";
import { programEnv } from "../program-env.ts";

const programDir = fileURLToPath(new URL("../..", import.meta.url));
const idleMs = 60_000;
const keptErrorLines = 20;
/** Which failures no other attempt would be spared. */
const finalCodes = new Set(["invalid_spec", "loss_not_finite", "policy_invalid"]);

const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), id: z.string(), done: z.number(), total: z.number() }),
  z.object({ type: z.literal("done"), id: z.string(), result: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal("error"), id: z.string().nullable(), code: z.string(), message: z.string() }),
]);

export interface LoopStep {
  kind: "sample" | "learn" | "fetch";
  spec: Record<string, unknown>;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
  log: Log;
}

export interface LoopProgram {
  /** One step at a time; the next waits for its turn. */
  run(step: LoopStep): Promise<Record<string, unknown>>;
  /** Ends the process, if there is one. */
  stop(): void;
}

interface Pending {
  id: string;
  step: LoopStep;
  resolve(result: Record<string, unknown>): void;
  reject(error: unknown): void;
}

/**
 * `python -m trainer.loops`, kept warm between steps, since loading torch takes longer than many of them. It is started when there is a
 * step to do, anew after a crash or a cancelled step, and ends when it has been idle for a minute, or with this process.
 */
export function createLoopProgram({ python, threads }: { python: string; threads: number }): LoopProgram {
  let child: ChildProcess | undefined;
  let pending: Pending | undefined;
  let idle: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let count = 0;

  function start(): ChildProcess {
    const errorLines: string[] = [];
    const started = spawn(python, ["-m", "trainer.loops", "--attached"], {
      cwd: programDir,
      env: { ...programEnv(), OMP_NUM_THREADS: String(threads) },
      stdio: ["pipe", "pipe", "pipe"],
    });
    started.stdin.on("error", () => {});
    createInterface({ input: started.stderr }).on("line", (line) => {
      errorLines.push(line);
      if (errorLines.length > keptErrorLines) errorLines.shift();
    });
    createInterface({ input: started.stdout }).on("line", hear);
    const end = (error: TaskError) => {
      if (child === started) child = undefined;
      settle((waiting) => waiting.reject(error));
    };
    started.once("error", (cause) =>
      end(new TaskError("python_missing", `${python} can't be started: set WHETSTONE_PYTHON`, { cause })),
    );
    started.once("close", (code, name) =>
      end(new TaskError("loop_step_failed", `the loop program ended with ${code ?? name}: ${errorLines.join("\n")}`)),
    );
    return started;
  }

  function hear(line: string): void {
    const event = parseEvent(line);
    if (!event) return pending?.step.log("loop program says", { line });
    if (event.type === "progress") return pending?.step.onProgress(event.done, event.total);
    if (event.id !== null && event.id !== pending?.id) return;
    if (event.type === "done") return settle((waiting) => waiting.resolve(event.result));
    const fate = finalCodes.has(event.code) ? "final" : "retry";
    settle((waiting) => waiting.reject(new TaskError(event.code, event.message, { fate })));
  }

  function settle(how: (waiting: Pending) => void): void {
    const waiting = pending;
    pending = undefined;
    if (waiting) how(waiting);
  }

  function stop(): void {
    const ending = child;
    child = undefined;
    ending?.kill("SIGKILL");
  }

  async function take(step: LoopStep): Promise<Record<string, unknown>> {
    step.signal.throwIfAborted();
    clearTimeout(idle);
    child ??= start();
    const id = String((count += 1));
    const giveUp = (): void => {
      // It can't be told to stop in the middle of a step; what it would say is not wanted any more.
      stop();
      settle((waiting) => waiting.reject(step.signal.reason));
    };
    step.signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        pending = { id, step, resolve, reject };
        child?.stdin?.write(`${JSON.stringify({ id, kind: step.kind, spec: step.spec })}\n`);
      });
    } finally {
      step.signal.removeEventListener("abort", giveUp);
      idle = setTimeout(stop, idleMs);
      idle.unref();
    }
  }

  return {
    run(step) {
      const taken = turn.then(() => take(step));
      turn = taken.catch(() => {});
      return taken;
    },
    stop,
  };
}

function parseEvent(line: string): z.infer<typeof Event> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return Event.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
