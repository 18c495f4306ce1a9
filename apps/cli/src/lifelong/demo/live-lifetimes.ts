import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { DemoFlags } from "../../commands/lifelong-demo.ts";
import { CliError } from "../../errors.ts";
import { createProgressBar } from "../../progress.ts";
import { root } from "../../stack/paths.ts";

const program = join(root, "gpu-runners/trainer");
const sharedCifar = resolve(root, "../shared/data/cifar10");
const keptErrorLines = 20;
const wrongInput = 2;

const ProgramEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), done: z.int(), total: z.int(), what: z.string() }),
  z.object({ type: z.literal("error"), message: z.string() }),
]);

/** Runs `python -m trainer.lifelong`, which writes the logs below `flags.out`. It ends with this process. */
export async function liveLifetimes(flags: DemoFlags): Promise<void> {
  const python = process.env["WHETSTONE_PYTHON"] ?? join(program, ".venv/bin/python");
  const child = spawn(python, ["-m", "trainer.lifelong", "--out", flags.out, ...toArguments(flags)], {
    cwd: program,
    env: { ...process.env, OMP_WAIT_POLICY: "passive", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): void => void child.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const bar = createProgressBar("lifetimes");
  const errorLines: string[] = [];
  let failure: string | undefined;
  createInterface({ input: child.stderr }).on("line", (line) => {
    errorLines.push(line);
    if (errorLines.length > keptErrorLines) errorLines.shift();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = parseEvent(line);
    if (event?.type === "progress") bar.update({ done: event.done, total: event.total, unit: "lifetimes" });
    if (event?.type === "error") failure = event.message;
  });
  try {
    const code = await new Promise<number | null>((settle, reject) => {
      child.once("error", (cause) =>
        reject(
          new CliError(`${python} can't be started`, { cause, hint: "run npm run setup, or set WHETSTONE_PYTHON" }),
        ),
      );
      child.once("close", settle);
    });
    if (code === wrongInput) throw new CliError(failure ?? errorLines.join("\n"), { exitCode: 2 });
    if (code !== 0) throw new CliError(`the learners' program ended early: ${failure ?? errorLines.join("\n")}`);
  } finally {
    bar.end();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
}

function toArguments({ cifar10, archives, protocol, seeds, experiences }: DemoFlags): string[] {
  const folder = cifar10 ?? (archives ? undefined : sharedCifar);
  if (folder && !existsSync(folder))
    throw new CliError(`there is no ${folder}`, {
      hint: "give --cifar10 a folder with Hugging Face's Parquet files of CIFAR-10, or --archives",
      exitCode: 2,
    });
  return [
    ...(folder ? ["--cifar10", resolve(folder)] : ["--archives", ...(archives ?? []).map((path) => resolve(path))]),
    "--protocol",
    protocol,
    "--seeds",
    String(seeds),
    ...(experiences === undefined ? [] : ["--experiences", String(experiences)]),
  ];
}

function parseEvent(line: string): z.infer<typeof ProgramEvent> | undefined {
  if (!line.startsWith("{")) return undefined;
  return ProgramEvent.safeParse(JSON.parse(line)).data;
}
