import { hostname } from "node:os";
import { z } from "zod";
import type { AnyTask } from "./define-task.ts";
import { createLog, type Log } from "./log.ts";
import { type Runner, startRunner } from "./start-runner.ts";

const Settings = z.object({
  WHETSTONE_URL: z.url({
    protocol: /^https?$/,
    error: "set it to the address of the API, such as http://127.0.0.1:8787",
  }),
  WHETSTONE_RUNNER_TOKEN: z.string({ error: "set it to a runner token" }).min(1),
  WHETSTONE_RUNNER_NAME: z.string().min(1).max(100).optional(),
  WHETSTONE_LABELS: z
    .string()
    .default("cpu")
    .transform((text) =>
      text
        .split(",")
        .map((label) => label.trim())
        .filter(Boolean),
    ),
  WHETSTONE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  WHETSTONE_PREFETCH: z.coerce.number().int().min(0).max(64).optional(),
  WHETSTONE_DRAIN_MS: z.coerce.number().int().min(0).default(20_000),
  WHETSTONE_CODE_VERSION: z.string().default("unknown"),
});

interface RunnerMain {
  name: string;
  tasks: AnyTask[];
  /** Tasks claimed ahead; 0 for long ones, which another runner had better start. By default as many as run at once. */
  prefetch?: number;
}

/** The whole of a runner's `main.ts`: settings from the environment, signals, exit codes (0 drained, 1 broken, 2 wrong settings or token). */
export async function runnerMain({ name, tasks, prefetch }: RunnerMain): Promise<void> {
  const log = createLog({ isJson: process.argv.includes("--json") });
  const parsed = Settings.safeParse(process.env);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) process.stderr.write(`${issue.path.join(".")}: ${issue.message}\n`);
    process.exit(2);
  }
  const settings = parsed.data;
  let runner: Runner | undefined;
  listenForSignals(log, async () => {
    if (!runner) process.exit(0);
    await runner.drain();
    process.exit(0);
  });
  try {
    runner = await startRunner({
      url: settings.WHETSTONE_URL,
      token: settings.WHETSTONE_RUNNER_TOKEN,
      name: settings.WHETSTONE_RUNNER_NAME ?? `${name}-${hostname()}-${process.pid}`.slice(0, 100),
      labels: settings.WHETSTONE_LABELS,
      concurrency: settings.WHETSTONE_CONCURRENCY,
      prefetch: settings.WHETSTONE_PREFETCH ?? prefetch ?? settings.WHETSTONE_CONCURRENCY,
      drainMs: settings.WHETSTONE_DRAIN_MS,
      codeVersion: settings.WHETSTONE_CODE_VERSION,
      secret: (secret) => process.env[`WHETSTONE_SECRET_${secret}`],
      tasks,
      log,
    });
    process.stdout.write(`${JSON.stringify({ event: "ready", runnerId: runner.runnerId() })}\n`);
    await runner.ended;
  } catch (error) {
    log("runner can't go on", { error: error instanceof Error ? error.message : String(error) });
    process.exit(error instanceof Error && error.name === "ApiError" ? 2 : 1);
  }
}

function listenForSignals(log: Log, drain: () => Promise<void>): void {
  let isDraining = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isDraining) process.exit(130);
      isDraining = true;
      drain().catch((error: unknown) => {
        log("drain failed", { error: String(error) });
        process.exit(1);
      });
    });
  }
}
