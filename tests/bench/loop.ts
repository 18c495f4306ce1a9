// npm run loop -- METHOD [--bed table|scenes|emoji] [--seed N]: one loop by its recipe for two cores, its iterations as they end, a table last.
// The engine's own decisions and the runner's own handlers, on folders instead of S3 and D1; nothing has to be running.
import { parseArgs } from "node:util";
import { MethodId, methodIds } from "@whetstone/schemas/api";
import { createLoopProgram } from "@whetstone/trainer/loops";
import { makeBed } from "./loops/beds.ts";
import { readRecipes } from "./loops/recipes.ts";
import { type Point, runArm } from "./loops/run-arm.ts";
import { columns, percent } from "./loops/table.ts";

const python = new URL("../../gpu-runners/trainer/.venv/bin/python", import.meta.url).pathname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { bed: { type: "string" }, seed: { type: "string", default: "0" } },
  });
  const method = MethodId.safeParse(positionals[0]);
  if (!method.success) throw new Error(`name a method: npm run loop -- ${methodIds.join("|")}`);
  const recipes = (await readRecipes(method.data))["two-cores"];
  const recipe = values.bed === undefined ? recipes[0] : recipes.find(({ bed }) => bed === values.bed);
  if (!recipe) throw new Error(`${method.data} runs on --bed ${recipes.map(({ bed }) => bed).join(" or ")}`);
  const bed = await makeBed(recipe.bed);
  const program = createLoopProgram({ python, threads: 1 });
  try {
    const job = { method: method.data, recipe, bed, seed: Number(values.seed), program };
    const end = await runArm({ ...job, onPoint: (point) => say(describe(point)) });
    say(`${end.outcome}: ${end.reason}`);
    say(
      `${end.samples} texts, ${end.tokens} tokens, ${end.seconds.toFixed(0)} s; iteration ${end.promoted} is the model now\n`,
    );
    say(columns([header, ...end.points.map(toCells)]));
  } finally {
    program.stop();
  }
}

const header = ["iteration", "", "greedy right", "sampled right", "pass@K", "distinct", "duplicates"];
const toCells = (point: Point): string[] => [
  String(point.iteration),
  point.iteration === 0 ? "as it came" : point.status,
  percent(point.greedy),
  percent(point.sampled),
  percent(point.passAtK),
  percent(point.distinct),
  percent(point.duplicateRate),
];

function describe({ iteration, status, greedy, decisions, alarms }: Point): string {
  const said = Object.entries(decisions).map(
    ([name, value]) => `${name} ${typeof value === "number" ? Number(value.toFixed(3)) : JSON.stringify(value)}`,
  );
  return [`iteration ${iteration} ${status}: ${percent(greedy)} of greedy texts right`, ...said, ...alarms].join(", ");
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
