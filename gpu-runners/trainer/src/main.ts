import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { runnerMain } from "@whetstone/runtime";
import { z } from "zod";
import { createLoopProgram } from "./loops/loop-program.ts";
import { createLoopTasks } from "./loops/loop-tasks.ts";
import { createTrainModel } from "./train-model.ts";

const Settings = z.object({
  WHETSTONE_PYTHON: z.string().default(fileURLToPath(new URL("../.venv/bin/python", import.meta.url))),
  WHETSTONE_GPUS: z.coerce.number().int().min(0).max(64).default(0),
  WHETSTONE_THREADS: z.coerce.number().int().min(1).max(1024).default(availableParallelism()),
  WHETSTONE_CODE_VERSION: z.string().default("unknown"),
});

const settings = Settings.safeParse(process.env);
if (!settings.success) {
  process.stderr.write(`${z.prettifyError(settings.error)}\n`);
  process.exit(2);
}
const {
  WHETSTONE_PYTHON: python,
  WHETSTONE_GPUS: gpus,
  WHETSTONE_THREADS: threads,
  WHETSTONE_CODE_VERSION: codeVersion,
} = settings.data;
// No prefetch: a training waiting behind another could be done elsewhere.
const tasks = [
  createTrainModel({ python, gpus, threads, codeVersion }),
  ...createLoopTasks(createLoopProgram({ python, threads })),
];
await runnerMain({ name: "trainer", prefetch: 0, tasks });
