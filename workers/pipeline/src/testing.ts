/// <reference types="@cloudflare/vitest-plugin/types" />
import { introspectWorkflowInstance } from "cloudflare:test";
import { env as testEnv } from "cloudflare:workers";
import {
  CreateRun,
  type CreateRunInput,
  type EvaluationScores,
  type ModelPackage,
  packageFiles,
  type Run,
} from "@whetstone/schemas/api";
import { datasets, models, uploads } from "@whetstone/schemas/db";
import type { OutputFile, PredictionRow } from "@whetstone/schemas/tasks";
import { sha256Hex } from "@whetstone/core/encoding";
import { attemptKey, uploadKey } from "@whetstone/core/object-keys";
import { createRun } from "@whetstone/core/runs/create-run";
import { getRun } from "@whetstone/core/runs/get-run";
import { makeRunner } from "@whetstone/core/runs/testing";
import { claimTasks, type TaskRow } from "@whetstone/core/tasks/claim-tasks";
import { completeTasks } from "@whetstone/core/tasks/complete-tasks";
import { failTasks } from "@whetstone/core/tasks/fail-tasks";
import { makeContext, silent } from "@whetstone/core/testing";
import { toParquet } from "../../core/test/layers.ts";
import type { Env } from "./env.ts";
import { createPipeline, workflowOfKind } from "./pipeline.ts";

export const env = testEnv as unknown as Env;
export type Owner = Awaited<ReturnType<typeof makeContext>>;
type Runner = Awaited<ReturnType<typeof makeRunner>>;

/** A workspace with one runner, whose nudges reach the real engine. */
export async function makeWorkspace(): Promise<{ owner: Owner; runner: Runner }> {
  const owner = await makeContext({ pipeline: createPipeline(env) });
  return { owner, runner: await makeRunner(owner) };
}

/** Queues a run without starting it, watches its workflow instance, then starts it. */
export async function startWatched(owner: Owner, input: CreateRunInput) {
  const { id } = await createRun({ ...owner, pipeline: silent }, CreateRun.parse(input));
  const instance = await introspectWorkflowInstance(workflowOfKind(env, input.kind), id);
  await owner.pipeline.start(id);
  return { id, instance };
}

/** Waits until the runs' tasks are there and claims them. */
export async function claimSome({ ctx, runner }: Runner, max = 64): Promise<TaskRow[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const rows = await claimTasks(ctx, { runner, max });
    if (rows.length > 0) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("nothing to claim in five seconds");
}

export const leaseOf = (row: TaskRow) => ({ taskId: row.id, attempt: row.attempt, lease: row.lease ?? "" });

/** Does a task as a runner would: uploads what its kind leaves behind, then completes, with `counts` where the test has its own. */
export async function doTask({ ctx, runner }: Runner, row: TaskRow, counts?: object): Promise<string | undefined> {
  const { result: usual, files } = work(row);
  const result = counts ? { ...usual, counts } : usual;
  const prefix = attemptKey(row.workspaceId, { runId: row.runId, taskId: row.id, attempt: row.attempt });
  const outputs: OutputFile[] = [];
  for (const [name, text] of Object.entries(files)) {
    await ctx.storage.putIfAbsent(`${prefix}/${name}`, text, "application/octet-stream");
    outputs.push({ name, sizeBytes: text.length, sha256: await sha256Hex(text) });
  }
  const answer = await completeTasks(ctx, { runnerId: runner.id, tasks: [{ ...leaseOf(row), result, outputs }] });
  return answer.tasks[0]?.state;
}

export async function failTask({ ctx, runner }: Runner, row: TaskRow): Promise<void> {
  await failTasks(ctx, {
    runnerId: runner.id,
    tasks: [{ ...leaseOf(row), code: "archive_truncated", message: "it ends too early", fate: "final" }],
  });
}

export async function waitForRun(owner: Owner, id: string): Promise<Run> {
  for (let tries = 0; tries < 200; tries += 1) {
    const run = await getRun(owner, id);
    if (run.finishedAt !== null) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} did not settle in ten seconds`);
}

export const modelPackage: ModelPackage = {
  format: "whetstone-model/1",
  name: "tiny",
  architecture: { embed_dim: 8, vision_cfg: {}, text_cfg: {} },
  embedDim: 8,
  context: 16,
  image: { size: 32, mean: [0, 0, 0], std: [1, 1, 1], resize: "squash", interpolation: "bicubic" },
  logitScale: 100,
  tokenizer: { padId: 0, startId: 1, endId: 2 },
};

function work(row: TaskRow): { result: Record<string, unknown>; files: Record<string, string> } {
  switch (row.kind) {
    case "ingest-archive":
      return {
        result: {
          shards: [0, 1].map((i) => ({ shard: `shard-0000${i}.tar`, base: `base-0000${i}.parquet`, sampleCount: 5 })),
          rejects: { file: "rejects.parquet", rowCount: 2 },
          benchmark: { type: "classification", classNames: ["owl", "bee"], templates: ["a {}"] },
          counts: { samples: 10, rejects: 2 },
        },
        files: {
          "shard-00000.tar": "s0",
          "base-00000.parquet": "b0",
          "shard-00001.tar": "s1!",
          "base-00001.parquet": "b1!",
          "rejects.parquet": "r",
        },
      };
    case "refine-shard":
      return {
        result: {
          shard: row.params["shard"],
          refined: { file: "refined.parquet", rowCount: 4 },
          rejects: { file: "rejects.parquet", rowCount: 1 },
          counts: { samples: 4, rejects: 1 },
        },
        files: { "refined.parquet": `refined ${row.index}`, "rejects.parquet": "r" },
      };
    case "profile-shard":
      return {
        result: { shard: row.params["shard"], rowCount: 5, hasScores: false, counts: { samples: 5 } },
        files: { "thumbnails.tar": "t", "thumbnails.parquet": "p" },
      };
    case "index-segment":
      return { result: { rowCount: 10, files: ["s.json"], counts: { samples: 10 } }, files: { "s.json": "{}" } };
    case "select-shard":
      return {
        result: {
          shard: row.params["shard"],
          rowCount: 3,
          files: [{ layer: "base", file: "base.parquet", rowCount: 3 }],
          counts: { samples: 3 },
        },
        files: { "base.parquet": "b" },
      };
    case "search-version":
      return { result: { hits: [{ shard: 0, row: 1, score: 0.5 }], counts: {} }, files: {} };
    case "train-model":
      return {
        result: { metrics: { loss: 1.5 }, counts: { steps: 300 } },
        files: {
          ...Object.fromEntries(
            packageFiles.map((name) => [
              name,
              name === "model.json" ? JSON.stringify(modelPackage) : `bytes of ${name}`,
            ]),
          ),
          "curve.jsonl": [2, 1, 0].map((loss, step) => `${JSON.stringify({ step, loss, loss_clip: loss })}\n`).join(""),
        },
      };
    case "evaluate-model":
      return {
        result: {
          scores: [
            {
              type: "zero-shot-classification",
              sampleCount: 10,
              classCount: 2,
              acc1: 0.5,
              acc5: null,
              meanPerClassRecall: 0.5,
              macroF1: 0.5,
              main: { metric: "acc1", value: 0.5 },
              intervals: { acc1: { low: 0.2, high: 0.8 } },
              emptyClassCount: 0,
              skippedCount: 0,
              classes: [],
              confusions: [],
              groups: null,
              calibration: { ece: 0.1, logitScale: 100, bins: [] },
            },
          ],
          counts: { samples: 10 },
        },
        files: {},
      };
    case "loop-sample":
    case "loop-reduce":
    case "loop-learn":
      throw new Error(`${row.kind} is done by real runners only`);
    case "noop":
      return { result: { counts: { samples: 1 } }, files: {} };
  }
}

export async function makeDataset(ctx: Owner): Promise<string> {
  const id = ctx.newId("dataset");
  await ctx.db
    .insert(datasets)
    .values({ id, workspaceId: ctx.workspaceId, name: id, description: "", createdAt: ctx.now() });
  return id;
}

export async function makeUpload(ctx: Owner): Promise<string> {
  const id = ctx.newId("upload");
  await ctx.db.insert(uploads).values({
    id,
    workspaceId: ctx.workspaceId,
    filename: "a.tar",
    key: uploadKey(ctx.workspaceId, id),
    sizeBytes: 3,
    sha256: "0".repeat(64),
    partBytes: 8,
    partCount: 1,
    multipartId: "none",
    status: "completed",
    createdAt: ctx.now(),
    expiresAt: new Date(ctx.now().getTime() + 1000),
  });
  return id;
}

export async function makeModel(ctx: Owner): Promise<string> {
  const id = ctx.newId("model");
  await ctx.db.insert(models).values({
    id,
    workspaceId: ctx.workspaceId,
    name: id,
    number: 1,
    hash: "0".repeat(64),
    package: modelPackage,
    files: packageFiles.map((name) => ({
      name,
      key: `w/${ctx.workspaceId}/m/${id}/${name}`,
      sizeBytes: 1,
      sha256: "0".repeat(64),
    })),
    metrics: {},
    createdAt: ctx.now(),
  });
  return id;
}

/** A version made the honest way: by an ingest run of `archives` uploads, two shards each. */
export async function makeVersion({ owner, runner }: { owner: Owner; runner: Runner }, archives = 1): Promise<string> {
  const uploadIds = await Promise.all(Array.from({ length: archives }, () => makeUpload(owner)));
  const { id, instance } = await startWatched(owner, {
    kind: "ingest",
    datasetId: await makeDataset(owner),
    uploadIds,
  });
  await using _ = instance;
  for (const row of await claimSome(runner)) await doTask(runner, row);
  const { output } = await waitForRun(owner, id);
  if (output.versionId === null) throw new Error("the ingest run made no version");
  return output.versionId;
}

/** An address of the tests' receiver that nobody else uses; the query says how it answers. */
export const receiverUrl = (query = ""): string => `${testEnv.RECEIVER}/${crypto.randomUUID()}?${query}`;

/** What came to a receiver's address. */
export async function received(url: string): Promise<{ headers: Record<string, string>; body: string }[]> {
  return (await fetch(url)).json();
}

export interface Outcome {
  scores: EvaluationScores[];
  predictions: (Partial<PredictionRow> & { uid: string; correct: number })[];
}

/** Completes an evaluation's task with these scores and a real `predictions.parquet`. */
export async function completeEvaluation(
  { ctx, runner }: Runner,
  row: TaskRow,
  { scores, predictions }: Outcome,
): Promise<string | undefined> {
  const name = "predictions.parquet";
  const rows = predictions.map((one) => ({ task: 0, part: "", unit: "", label: "", predicted: "", rank: 0, ...one }));
  const bytes = toParquet(rows, 1000);
  const output = { name, sizeBytes: bytes.length, sha256: await sha256Hex(bytes) };
  const prefix = attemptKey(row.workspaceId, { runId: row.runId, taskId: row.id, attempt: row.attempt });
  const target = await ctx.storage.presignPut({ key: `${prefix}/${name}`, ...output, expiresSeconds: 60 });
  await fetch(target.url, { method: "PUT", body: bytes, headers: target.headers });
  const result = { scores, files: [name], counts: { samples: predictions.length } };
  const answer = await completeTasks(ctx, {
    runnerId: runner.id,
    tasks: [{ ...leaseOf(row), result, outputs: [output] }],
  });
  return answer.tasks[0]?.state;
}
