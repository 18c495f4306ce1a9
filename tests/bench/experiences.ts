// Points taken in a second over HTTP, beside MLflow's log_batch on the same cores: pairs in turn, in one run.
import { parseArgs } from "node:util";
import type { Client } from "@whetstone/schemas/client";
import { startStack } from "../e2e/stack.ts";
import { type Mlflow, startMlflow } from "./mlflow.ts";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(flags.rounds);
/** As many as MLflow takes at once. */
const mlflowBatch = 1000;
const mlflowBatches = 5;
const rowBatches = 8;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

{
  await using stack = await startStack();
  await using mlflow = await startMlflow();
  const shapes = [
    { name: "one measure a row", measures: 1, rows: 10_000 },
    { name: "ten measures a row", measures: 10, rows: 10_000 },
  ];
  for (const { name, measures, rows } of shapes) {
    const ours = await createStreamWriter(stack.api, { measures, rows });
    const theirs = await createMlflowWriter(mlflow, measures);
    await ours();
    await theirs();
    const pairs: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) pairs.push({ ours: await ours(), theirs: await theirs() });
    const ratios = pairs.map((pair) => pair.ours / pair.theirs);
    say(
      `experiences      ${name}: ${format(median(pairs.map((pair) => pair.ours)))} points/s, MLflow ${mlflow.version} log_batch ${format(median(pairs.map((pair) => pair.theirs)))} points/s; ${median(ratios).toFixed(1)}x, ${Math.min(...ratios).toFixed(1)}x to ${Math.max(...ratios).toFixed(1)}x in ${rounds} pairs (goal >= 10x)`,
    );
  }
}

/** Sends some batches and answers points a second. Bodies are made before the clock starts, as they are for MLflow. */
async function createStreamWriter(api: Client, { measures, rows }: { measures: number; rows: number }) {
  const names = Array.from({ length: measures }, (_, i) => `m${i}`);
  const stream = await api.streams.create({ name: "bench", metricsColumns: names });
  let [sequence, exp] = [0, 0];
  return async (): Promise<number> => {
    const bodies = Array.from({ length: rowBatches }, () =>
      Array.from({ length: rows }, () => {
        exp += 1;
        const record = { block_num: Math.floor(exp / 40_000), exp_num: exp, block_type: "train", task_name: "nav_1" };
        return JSON.stringify({ ...record, ...Object.fromEntries(names.map((name) => [name, Math.random()])) });
      }).join("\n"),
    );
    const startedAt = performance.now();
    for (const text of bodies) {
      await api.streams.addExperiences(
        stream.id,
        { type: "application/x-ndjson", text },
        { writer: "bench", sequence },
      );
      sequence += 1;
    }
    return (rowBatches * rows * measures * 1000) / (performance.now() - startedAt);
  };
}

async function createMlflowWriter(mlflow: Mlflow, measures: number) {
  const runId = await mlflow.createRun();
  let step = 0;
  return async (): Promise<number> => {
    const bodies = Array.from({ length: mlflowBatches }, () =>
      Array.from({ length: mlflowBatch }, (_, i) => {
        if (i % measures === 0) step += 1;
        return { key: `m${i % measures}`, value: Math.random(), timestamp: step, step };
      }),
    );
    const startedAt = performance.now();
    for (const metrics of bodies) await mlflow.logBatch(runId, metrics);
    return (mlflowBatches * mlflowBatch * 1000) / (performance.now() - startedAt);
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

function format(pointsPerSecond: number): string {
  return Math.round(pointsPerSecond).toLocaleString("en");
}
