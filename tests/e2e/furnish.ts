import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type CreateLoopInput, PackageFile } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { writeCorpus } from "./corpus.ts";
import { pushFile } from "./push.ts";
import { seededRandom } from "./random.ts";

/** Ids of what a furnished workspace holds. */
export interface Furniture {
  datasetId: string;
  versionId: string;
  streamId: string;
  reportId: string;
  scheduleId: string;
}

export async function waitForRun(api: Client, runId: string) {
  for await (const event of api.runs.events(runId)) void event;
  return api.runs.get(runId);
}

/** A workspace with something on every page that needs no model: a dataset, a lifetime of three learners, a report and its schedule. */
export async function furnish(api: Client, { samples = 60 } = {}): Promise<Furniture> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-furnish-"));
  try {
    const tar = join(folder, "pictures.tar");
    await writeCorpus(tar, samples);
    const dataset = await api.datasets.create({ name: "pictures" });
    const uploadId = await pushFile(api, tar);
    const run = await api.runs.create({ kind: "ingest", datasetId: dataset.id, uploadIds: [uploadId] });
    const { output } = await waitForRun(api, run.id);
    const streamId = await liveThrough(api, run.id);
    const report = { name: "weekly", streamIds: [streamId] };
    // The second one has something to be compared with.
    await api.reports.create(report);
    const { id: reportId } = await api.reports.create(report);
    const { id: scheduleId } = await api.schedules.create({ name: "weekly", cron: "@weekly", report });
    return { datasetId: dataset.id, versionId: output.versionId ?? "", streamId, reportId, scheduleId };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const tasks = ["animals", "plants", "vehicles"];
const rows = 60;

/** Three learners and an expert a task live through three tasks; what they write is noisy and the same each time. */
async function liveThrough(api: Client, runId: string): Promise<string> {
  const { id } = await api.streams.create({
    name: "three tasks",
    scenario: { scenarioType: "condensed", complexity: "1-low" },
    metricsColumns: ["accuracy"],
  });
  const send = (lifetime: string, role: "learner" | "expert", records: unknown[]) =>
    api.streams.addExperiences(
      id,
      {
        type: "application/x-ndjson",
        text: records.map((record) => `${JSON.stringify(record)}\n`).join(""),
      },
      { lifetime, role },
    );
  for (const seed of [0, 1, 2]) await send(`seed-${seed}`, "learner", liveOf(seed, runId));
  for (const [i, task] of tasks.entries()) await send(`expert-${task}`, "expert", expertOf(task, 10 + i));
  return id;
}

function liveOf(seed: number, runId: string): object[] {
  const random = seededRandom(seed);
  const level = tasks.map(() => 0.1);
  const records: object[] = [];
  const write = (block: number, type: "train" | "test", task: number) =>
    records.push({
      block_num: block,
      exp_num: records.length,
      block_type: type,
      task_name: `${tasks[task] ?? ""}_1`,
      accuracy: Math.min(1, Math.max(0, (level[task] ?? 0) + 0.08 * (random() - 0.5))),
      run_id: runId,
    });
  for (let block = 0; block < 2 * 6 + 1; block += 1) {
    const learning = ((block - 1) / 2) % tasks.length;
    for (let i = 0; i < (block % 2 === 0 ? 8 * tasks.length : rows); i += 1) {
      if (block % 2 === 0) write(block, "test", Math.floor(i / 8));
      else {
        for (const [task, at] of level.entries()) level[task] = task === learning ? at + 0.05 * (0.9 - at) : at * 0.997;
        write(block, "train", learning);
      }
    }
  }
  return records;
}

function expertOf(task: string, seed: number): object[] {
  const random = seededRandom(seed);
  return Array.from({ length: 2 * rows }, (_, i) => ({
    block_num: 0,
    exp_num: i,
    block_type: "train",
    task_name: `${task}_1`,
    accuracy: Math.min(1, 0.92 - 0.8 * 0.95 ** i + 0.06 * (random() - 0.5)),
  }));
}

/** Runs to look at: one with failures of two kinds, and one of many tasks that goes on. */
export async function furnishRuns(api: Client, datasetId: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-furnish-"));
  try {
    const [good, empty, text] = [join(folder, "good.tar"), join(folder, "empty.tar"), join(folder, "notes.tar")];
    await writeCorpus(good, 3);
    await writeFile(empty, Buffer.alloc(1024));
    await writeFile(text, "this is no archive\n".repeat(40));
    const uploadIds: string[] = [];
    for (const path of [good, good, empty, good, text, good, text]) uploadIds.push(await pushFile(api, path));
    const run = await api.runs.create({ kind: "ingest", name: "archives of mixed worth", datasetId, uploadIds });
    await waitForRun(api, run.id);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await api.runs.create({ kind: "noop", name: "many tasks", taskCount: 5_000, sleepMs: 500 });
}

const packages = new URL("../../gpu-runners/vision/models/", import.meta.url).pathname;

/** The two small models that ship with the runner, judged on a version by retrieval and by its ten classes. */
export async function furnishModels(api: Client, versionId: string): Promise<string[]> {
  const evaluationIds: string[] = [];
  for (const name of ["emoji-clip-base", "emoji-clip-judge"]) {
    const files: { name: PackageFile; uploadId: string }[] = [];
    for (const file of await readdir(join(packages, name))) {
      const known = PackageFile.safeParse(file);
      if (known.success) files.push({ name: known.data, uploadId: await pushFile(api, join(packages, name, file)) });
    }
    const model = await api.models.create({ name, files });
    const evaluation = await api.evaluations.create({
      modelId: model.id,
      versionId,
      name: `${name} on pictures`,
      tasks: [
        {
          type: "zero-shot-classification",
          classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
          templates: ["a picture of {}"],
        },
        { type: "retrieval" },
      ],
    });
    await waitForRun(api, evaluation.runId);
    evaluationIds.push(evaluation.id);
  }
  return evaluationIds;
}

const trainer = new URL("../../gpu-runners/trainer/", import.meta.url).pathname;

/** A table to learn and questions to ask it, as uploads. */
export async function pushTable(api: Client): Promise<Pick<CreateLoopInput, "policy" | "task">> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-table-"));
  try {
    await promisify(execFile)(join(trainer, ".venv/bin/python"), ["-m", "tests.loops.make_loop", folder], {
      cwd: trainer,
    });
    const uploadId = await pushFile(api, join(folder, "policy.tar"));
    return {
      policy: { kind: "tabular", source: { from: "upload", uploadId } },
      task: { kind: "questions", uploadId: await pushFile(api, join(folder, "task.parquet")) },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two loops on the table: one that gets better until its budget is spent, one whose reward deceives it, so that the gate refuses. */
export async function furnishLoops(api: Client): Promise<string[]> {
  const table = await pushTable(api);
  const parameters = {
    tuningQueries: 20,
    queries: 40,
    samplesWanted: 80,
    draws: 8,
    temperatureStep: 0.35,
    steps: 40,
    batchSize: 32,
    learningRate: 0.5,
    minLearningRate: 0.1,
  };
  const shared = { ...table, method: "b-star", seed: 1, measure: { count: 8 } } as const;
  const loops = [
    await api.loops.create({
      ...shared,
      name: "verdicts of the task",
      parameters: { ...parameters, reward: "verdict" },
      gate: { alpha: 0.3, maxSliceFall: 1 },
      iterations: 6,
      budget: {
        samples: 12_000,
        gpuSeconds: 600,
        money: { amount: 2, currency: "EUR", perGpuHour: 2.4 },
      },
    }),
    await api.loops.create({
      ...shared,
      name: "a reward that deceives",
      parameters: { ...parameters, reward: "deceptive" },
      iterations: 4,
    }),
  ];
  for (const { runId } of loops) await waitForRun(api, runId);
  return loops.map(({ id }) => id);
}

/** The version refined by the small refiner that ships, then profiled by the newest model, and a search in what that makes. */
export async function furnishRefined(api: Client, versionId: string): Promise<string> {
  const [model] = (await api.models.list({ limit: 1 })).data;
  const refine = await api.runs.create({ kind: "refine", versionId });
  const refined = (await waitForRun(api, refine.id)).output.versionId ?? "";
  const profile = await api.runs.create({ kind: "profile", versionId: refined, ...(model && { modelId: model.id }) });
  const profiled = (await waitForRun(api, profile.id)).output.versionId ?? "";
  await waitForRun(api, (await api.runs.create({ kind: "search", versionId: profiled, text: "a blue picture" })).id);
  return profiled;
}
