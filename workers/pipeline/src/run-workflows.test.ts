import { Manifest, type CreateRunInput } from "@whetstone/schemas/api";
import { datasets, evaluations, models, runEvents, versions } from "@whetstone/schemas/db";
import { replacePrices } from "@whetstone/core/prices/replace-prices";
import { cancelRun } from "@whetstone/core/runs/cancel-run";
import { closeRun } from "@whetstone/core/runs/close-run";
import { getRun } from "@whetstone/core/runs/get-run";
import { retryRun } from "@whetstone/core/runs/retry-run";
import { completeTasks } from "@whetstone/core/tasks/complete-tasks";
import { heartbeatTasks } from "@whetstone/core/tasks/heartbeat-tasks";
import { and, asc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { systemContext } from "./pipeline.ts";
import {
  claimSome,
  doTask,
  env,
  failTask,
  leaseOf,
  makeDataset,
  makeModel,
  makeUpload,
  makeVersion,
  makeWorkspace,
  startWatched,
  waitForRun,
} from "./testing.ts";

type Workspace = Awaited<ReturnType<typeof makeWorkspace>>;
const inputs = {
  ingest: async ({ owner }: Workspace): Promise<CreateRunInput> => ({
    kind: "ingest",
    datasetId: await makeDataset(owner),
    uploadIds: [await makeUpload(owner), await makeUpload(owner)],
  }),
  refine: async (workspace: Workspace): Promise<CreateRunInput> => ({
    kind: "refine",
    versionId: await makeVersion(workspace),
  }),
  train: async (workspace: Workspace): Promise<CreateRunInput> => ({
    kind: "train",
    versionId: await makeVersion(workspace),
    modelName: "small",
    initModelId: await makeModel(workspace.owner),
  }),
  evaluate: async (workspace: Workspace): Promise<CreateRunInput> => ({
    kind: "evaluate",
    versionId: await makeVersion(workspace),
    modelId: await makeModel(workspace.owner),
    tasks: [{ type: "retrieval" }],
  }),
  noop: async (): Promise<CreateRunInput> => ({ kind: "noop", taskCount: 3 }),
};
const kinds = ["ingest", "refine", "train", "evaluate", "noop"] as const;

describe.each(kinds)("a run of kind %s", (kind) => {
  it("succeeds once its tasks have, and closing it again changes nothing", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, await inputs[kind](workspace));
    await using _ = instance;

    for (const row of await claimSome(runner)) expect(await doTask(runner, row)).toBe("accepted");
    const run = await waitForRun(owner, id);
    await instance.waitForStatus("complete");
    await closeRun(systemContext(env, "test"), id);

    expect(run).toMatchObject({ status: "succeeded", error: null });
    expect(await waitForRun(owner, id)).toEqual(run);
    expect(await typesOf(owner, id)).toEqual(["run.queued", "run.running", "run.succeeded"]);
  });

  it("fails when more tasks failed than it forgives, and names them", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, await inputs[kind](workspace));
    await using _ = instance;

    for (const row of await claimSome(runner)) await failTask(runner, row);
    const run = await waitForRun(owner, id);

    expect(run).toMatchObject({
      status: "failed",
      error: {
        code: "tasks_failed",
        message: expect.stringContaining("task 0: archive_truncated (it ends too early)"),
      },
    });
    expect(run.output).toEqual({ versionId: null, modelId: null, evaluationId: null });
  });

  it("is cancelled when its runner has let go", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, await inputs[kind](workspace));
    await using _ = instance;
    const [row] = await claimSome(runner, 1);
    if (!row) throw new Error("nothing claimed");

    expect((await cancelRun(owner, id)).status).toBe("cancelling");
    const { tasks: answers } = await heartbeatTasks(runner.ctx, { runnerId: runner.runner.id, tasks: [leaseOf(row)] });
    const run = await waitForRun(owner, id);

    expect(answers).toEqual([{ taskId: row.id, state: "cancelled" }]);
    expect(run.status).toBe("cancelled");
    expect(run.tasks).toMatchObject({ queued: 0, leased: 0, succeeded: 0, cancelled: run.tasks.total });
  });
});

describe("what a run leaves behind", () => {
  it("is a version with every shard once, however the tasks were ordered", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, await inputs.ingest(workspace));
    await using _ = instance;
    for (const row of (await claimSome(runner)).toReversed()) await doTask(runner, row);

    const run = await waitForRun(owner, id);

    const [version] = await owner.db.select().from(versions).where(eq(versions.runId, id));
    const manifest = Manifest.parse(
      JSON.parse(await owner.storage.getText(version?.manifestKey ?? "", { maxBytes: 1e6 })),
    );
    expect(version).toMatchObject({
      id: run.output.versionId,
      number: 1,
      parentId: null,
      layers: ["base", "rejects"],
      sampleCount: 20,
      rejectCount: 4,
      shardCount: 4,
    });
    expect(manifest.benchmark?.classNames).toEqual(["owl", "bee"]);
    expect(manifest.shards.map((shard) => shard.index)).toEqual([0, 1, 2, 3]);
    expect(new Set(manifest.shards.map((shard) => shard.key)).size).toBe(4);
    expect(manifest.layers["base"]?.map((file) => file.shard)).toEqual([0, 1, 2, 3]);
    const [dataset] = await owner.db
      .select()
      .from(datasets)
      .where(eq(datasets.id, version?.datasetId ?? ""));
    expect(dataset?.latestVersionId).toBe(version?.id);
    expect(run.counts).toEqual({ samples: 20, rejects: 4 });
  });

  it("is the next version with a refined layer, its parent untouched", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const versionId = await makeVersion(workspace);
    const { id, instance } = await startWatched(owner, { kind: "refine", versionId });
    await using _ = instance;
    for (const row of await claimSome(runner)) await doTask(runner, row);

    const run = await waitForRun(owner, id);

    const [version] = await owner.db.select().from(versions).where(eq(versions.runId, id));
    expect(version).toMatchObject({
      number: 2,
      parentId: versionId,
      layers: ["base", "refined", "rejects"],
      sampleCount: 10,
      rejectCount: 4,
    });
    expect(run.progress).toEqual({ done: 10, total: 10, unit: "samples" });
  });

  it("is a version without the shards that failed, when the run forgives them", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const versionId = await makeVersion(workspace);
    const { id, instance } = await startWatched(owner, { kind: "refine", versionId, tolerateFailedTasks: 1 });
    await using _ = instance;
    const [first, second] = await claimSome(runner);
    if (!first || !second) throw new Error("two tasks were expected");
    await failTask(runner, first);
    await doTask(runner, second);

    const run = await waitForRun(owner, id);

    const [version] = await owner.db.select().from(versions).where(eq(versions.runId, id));
    const manifest = Manifest.parse(
      JSON.parse(await owner.storage.getText(version?.manifestKey ?? "", { maxBytes: 1e6 })),
    );
    expect(run).toMatchObject({ status: "succeeded", counts: { failedTasks: 1 }, tasks: { failed: 1, succeeded: 1 } });
    expect(manifest.layers["refined"]?.map((file) => file.shard)).toEqual([1]);
    expect(manifest.shards).toHaveLength(2);
  });

  it("is a model of the next number under its name, and scores", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const trained = [];
    for (let i = 0; i < 2; i += 1) {
      const { id, instance } = await startWatched(owner, await inputs.train(workspace));
      await using _ = instance;
      for (const row of await claimSome(runner)) await doTask(runner, row);
      trained.push((await waitForRun(owner, id)).output.modelId);
    }
    const input = await inputs.evaluate(workspace);
    const trainVersionId = await makeVersion(workspace);
    const { id, instance } = await startWatched(owner, { ...input, trainVersionId } as CreateRunInput);
    await using _ = instance;
    const claimed = await claimSome(runner);
    for (const row of claimed) await doTask(runner, row);
    const { output } = await waitForRun(owner, id);
    expect(claimed[0]?.params).toMatchObject({ trainShardCount: 2, benchmark: { classNames: ["owl", "bee"] } });
    expect(claimed[0]?.inputs.map(({ name }) => name)).toContain("train-shard-1.tar");

    const rows = await owner.db
      .select()
      .from(models)
      .where(and(eq(models.workspaceId, owner.workspaceId), eq(models.name, "small")))
      .orderBy(asc(models.number));
    expect(rows.map((row) => [row.id, row.number])).toEqual([
      [trained[0], 1],
      [trained[1], 2],
    ]);
    const [evaluation] = await owner.db.select().from(evaluations).where(eq(evaluations.runId, id));
    expect(evaluation).toMatchObject({
      id: output.evaluationId,
      scores: [{ type: "zero-shot-classification", acc1: 0.5 }],
    });
  });

  it("is nothing when the archives held no sample", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, { ...(await inputs.ingest(workspace)), tolerateFailedTasks: 2 });
    await using _ = instance;
    for (const row of await claimSome(runner)) await failTask(runner, row);

    expect(await waitForRun(owner, id)).toMatchObject({
      status: "failed",
      error: { code: "no_samples" },
      output: { versionId: null },
    });
  });
});

describe("a run that is tried again", () => {
  it("does what failed and nothing else, and makes its version after all", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const { id, instance } = await startWatched(owner, await inputs.ingest(workspace));
    await using _ = instance;
    const [good, bad] = await claimSome(runner);
    if (!good || !bad) throw new Error("two tasks were to be claimed");
    await doTask(runner, good);
    await failTask(runner, bad);
    const failed = await waitForRun(owner, id);
    await instance.waitForStatus("complete");

    await retryRun(owner, id);
    const again = await claimSome(runner);
    for (const row of again) await doTask(runner, row);
    const run = await waitForRun(owner, id);

    expect(failed).toMatchObject({ status: "failed", output: { versionId: null } });
    expect(again.map((row) => row.id)).toEqual([bad.id]);
    expect(run).toMatchObject({ status: "succeeded", tasks: { total: 2, succeeded: 2 } });
    expect(run.output.versionId).not.toBeNull();
    expect(await typesOf(owner, id)).toEqual([
      "run.queued",
      "run.running",
      "task.failed",
      "run.failed",
      "run.retried",
      "run.succeeded",
    ]);
  });
});

describe("a run with a budget", () => {
  it("ends by its workflow when it is spent, buys tokens at its provider's prices, and goes on with a larger one", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const provider = { baseUrl: "http://lvlm.test/v1", model: "qwen" };
    const versionId = await makeVersion(workspace, 2);
    await replacePrices(owner, {
      currency: "EUR",
      runnerHour: 0,
      labels: [],
      models: [{ ...provider, baseUrl: `${provider.baseUrl}/`, millionPromptTokens: 2, millionCompletionTokens: 10 }],
    });
    const { id, instance } = await startWatched(owner, {
      kind: "refine",
      versionId,
      refiner: { provider: "openai", ...provider },
      budget: { money: { amount: 0.005, currency: "EUR" } },
    });
    await using _ = instance;
    const counts = { promptTokens: 1000, completionTokens: 100 };

    const [first, second] = await claimSome(runner, 2);
    if (!first || !second) throw new Error("two tasks were to be lent");
    for (const row of [first, second]) await doTask(runner, row, counts);
    const stopped = await waitForRun(owner, id);
    await instance.waitForStatus("complete");
    await retryRun(owner, id, { budget: { tokens: 100_000 } });
    const rest = await claimSome(runner);
    for (const row of rest) await doTask(runner, row, counts);
    const run = await waitForRun(owner, id);

    expect(stopped).toMatchObject({
      status: "failed",
      error: { code: "budget_spent", message: expect.stringContaining("0.005 EUR is spent (0.006 so far)") },
      tasks: { total: 4, succeeded: 2, cancelled: 2 },
      budget: { spent: { tokens: 2200, money: { amount: 0.006, currency: "EUR" } } },
    });
    expect(rest.map(({ index }) => index)).toEqual([2, 3]);
    expect(run).toMatchObject({ status: "succeeded", budget: { spent: { money: { amount: 0.012 } } } });
    expect(run.output.versionId).not.toBeNull();
  });

  it("of money is refused where the provider's tokens have no price", async () => {
    const workspace = await makeWorkspace();
    await replacePrices(workspace.owner, { currency: "EUR", runnerHour: 1, labels: [], models: [] });
    const versionId = await makeVersion(workspace);
    const refine = { kind: "refine", versionId, refiner: { provider: "openai", baseUrl: "http://a.test", model: "m" } };

    const asked = (budget?: unknown) => startWatched(workspace.owner, { ...refine, budget } as CreateRunInput);

    await expect(asked({ money: { amount: 1, currency: "EUR" } })).rejects.toThrow("no price for tokens of m");
    const { id, instance } = await asked();
    await using _ = instance;
    expect((await getRun(workspace.owner, id)).budget.spent.money).toBeNull();
  });
});

describe("an ending nobody planned", () => {
  it("of a run that can't be planned is a failure that says why", async () => {
    const workspace = await makeWorkspace();
    const { owner } = workspace;
    const input = await inputs.train(workspace);
    const modelId = (input.kind === "train" && input.initModelId) || "";
    const { id, instance } = await startTrainWithout(owner, { input, modelId });
    await using _ = instance;

    const run = await waitForRun(owner, id);

    expect(run).toMatchObject({
      status: "failed",
      error: { code: "model_missing", message: expect.stringContaining(modelId) },
    });
    await instance.waitForStatus("complete");
  });

  it("of a thousand tasks and more still comes, wave after wave", async () => {
    const { owner, runner } = await makeWorkspace();
    const { id, instance } = await startWatched(owner, { kind: "noop", taskCount: 1_100 });
    await using _ = instance;
    let done = 0;
    while (done < 1_100) {
      const rows = await claimSome(runner);
      await completeTasks(runner.ctx, {
        runnerId: runner.runner.id,
        tasks: rows.map((row) => ({ ...leaseOf(row), result: { counts: { samples: 1 } }, outputs: [] })),
      });
      done += rows.length;
    }

    expect(await waitForRun(owner, id)).toMatchObject({
      status: "succeeded",
      counts: { samples: 1_100 },
      tasks: { total: 1_100, succeeded: 1_100 },
    });
  });
});

async function startTrainWithout(
  owner: Workspace["owner"],
  { input, modelId }: { input: CreateRunInput; modelId: string },
) {
  // The row goes between the request and the workflow's first step.
  const { start } = owner.pipeline;
  const deleting = {
    ...owner.pipeline,
    start: async (id: string) => (await owner.db.delete(models).where(eq(models.id, modelId)), start(id)),
  };
  return startWatched({ ...owner, pipeline: deleting }, input);
}

async function typesOf(owner: Workspace["owner"], runId: string): Promise<string[]> {
  const rows = await owner.db
    .select({ type: runEvents.type })
    .from(runEvents)
    .where(eq(runEvents.runId, runId))
    .orderBy(asc(runEvents.id));
  return rows.map((row) => row.type);
}
