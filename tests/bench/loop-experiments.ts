// npm run bench:loops [-- --seeds 3 --minutes 60 --bed table --method smart]: every method beside its baselines on every bed, one JSON file an arm and
// seed under `.cache/loops/results`, so it may stop anywhere and goes on where it was. Prints the table and a line for each paper's claim.
// With `--minutes 0` nothing is run: the table of what there is.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLoopProgram } from "@whetstone/trainer/loops";
import { z } from "zod";
import { type Arm, listArms } from "./loops/arms.ts";
import { cache, makeBed } from "./loops/beds.ts";
import { judgeClaims } from "./loops/claims.ts";
import { Outcome, runArm } from "./loops/run-arm.ts";
import { type Measured, tabulate } from "./loops/tabulate.ts";

const python = new URL("../../gpu-runners/trainer/.venv/bin/python", import.meta.url).pathname;
const Kept = z.object({ recipe: z.unknown(), outcome: Outcome });

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    minutes: { type: "string", default: "60" },
    bed: { type: "string" },
    method: { type: "string" },
  },
});
const deadline = performance.now() + 60_000 * Number(values.minutes);
const arms = (await listArms()).filter(
  ({ bed, method }) => (values.bed ?? bed) === bed && (values.method ?? method) === method,
);

/** Seed by seed, so that what is there when time is up compares like with like. */
async function measureAll(): Promise<void> {
  const program = createLoopProgram({ python, threads: 1 });
  try {
    for (let seed = 0; seed < Number(values.seeds); seed += 1)
      for (const arm of arms) {
        if (await read(arm, seed)) continue;
        if (performance.now() > deadline) return;
        const { method, recipe } = arm;
        const outcome = await runArm({ method, recipe, bed: await makeBed(recipe.bed), seed, program });
        await keep(arm, seed, outcome);
        const { greedy, sampled } = outcome.points.at(-1) ?? { greedy: 0, sampled: 0 };
        process.stderr.write(
          `${arm.bed} ${method} ${arm.name} ${seed}: greedy ${greedy.toFixed(3)}, sampled ${sampled.toFixed(3)}, ${outcome.seconds.toFixed(0)} s, ${outcome.reason}\n`,
        );
      }
  } finally {
    program.stop();
  }
}

const pathOf = ({ bed, method, name }: Arm, seed: number): string =>
  join(cache, "results", `${bed}-${method}-${name.replaceAll(/[^a-zA-Z0-9]+/g, "-")}-${seed}.json`);

async function keep(arm: Arm, seed: number, outcome: Outcome): Promise<void> {
  const path = pathOf(arm, seed);
  await mkdir(join(cache, "results"), { recursive: true });
  await writeFile(`${path}.partial`, JSON.stringify({ recipe: arm.recipe, outcome }));
  await rename(`${path}.partial`, path);
}

/** Undefined where it was not run, or by another recipe. */
async function read(arm: Arm, seed: number): Promise<Outcome | undefined> {
  const text = await readFile(pathOf(arm, seed), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const kept = Kept.parse(JSON.parse(text));
  return JSON.stringify(kept.recipe) === JSON.stringify(arm.recipe) ? kept.outcome : undefined;
}

async function readAll(): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const arm of arms) {
    const seeds: Outcome[] = [];
    for (let seed = 0; seed < Number(values.seeds); seed += 1) {
      const outcome = await read(arm, seed);
      if (outcome) seeds.push(outcome);
    }
    if (seeds.length > 0) measured.push({ arm, seeds });
  }
  return measured;
}

try {
  await measureAll();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
const measured = await readAll();
process.stdout.write(`${tabulate(measured)}\n\n${judgeClaims(measured).join("\n")}\n`);
