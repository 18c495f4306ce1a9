import { runEvents } from "@whetstone/schemas/db";
import { recordRun } from "@whetstone/core/streams/record-run";
import { createStream } from "@whetstone/core/streams/create-stream";
import { cellAt } from "@whetstone/core/streams/experience-columns";
import { readBlock } from "@whetstone/core/streams/read-block";
import { blocksOf, makeExperiences, sendBatch } from "@whetstone/core/streams/testing";
import { getTrainingCurve } from "@whetstone/core/runs/get-training-curve";
import { createRun } from "@whetstone/core/runs/create-run";
import { CreateRun, type CreateRunInput, CreateStream } from "@whetstone/schemas/api";
import { and, eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { claimSome, doTask, makeModel, makeVersion, makeWorkspace, startWatched, waitForRun } from "./testing.ts";

type Setting = Awaited<ReturnType<typeof makeWorkspace>>;

const makeStream = ({ owner }: Setting, measure = "performance") =>
  createStream(owner, CreateStream.parse({ name: "continual", metricsColumns: [measure] }));

async function finish(setting: Setting, input: CreateRunInput): Promise<string> {
  const { id, instance } = await startWatched(setting.owner, input);
  await using _ = instance;
  for (const row of await claimSome(setting.runner)) await doTask(setting.runner, row);
  expect((await waitForRun(setting.owner, id)).status).toBe("succeeded");
  return id;
}

it("trainings and evaluations that name a stream become its blocks", async () => {
  const setting = await makeWorkspace();
  const { owner } = setting;
  const { id: streamId } = await makeStream(setting);
  const versionId = await makeVersion(setting);
  const modelId = await makeModel(owner);
  const train = (taskName: string): CreateRunInput => ({
    kind: "train",
    versionId,
    modelName: "m",
    initModelId: modelId,
    stream: { streamId, taskName },
  });
  const evaluate = (taskName: string): CreateRunInput => ({
    kind: "evaluate",
    versionId,
    modelId,
    tasks: [{ type: "zero-shot-classification" }],
    stream: { streamId, taskName },
  });

  const trainId = await finish(setting, train("faces"));
  await finish(setting, evaluate("faces"));
  await finish(setting, evaluate("foods"));
  await finish(setting, train("foods"));

  const rows = await blocksOf(owner, streamId);
  expect(rows.map((block) => [block.blockType, block.taskNames, block.firstExpNum, block.lastExpNum])).toEqual([
    ["train", ["faces"], 0, 2],
    ["test", ["faces", "foods"], 3, 4],
    ["train", ["foods"], 5, 7],
  ]);
  const [first] = rows;
  if (!first) throw new Error("no block");
  const { columns } = await readBlock(owner, first);
  expect([0, 1, 2].map((i) => cellAt(columns["performance"], i))).toEqual([Math.exp(-2), Math.exp(-1), 1]);
  expect(cellAt(columns["run_id"], 0)).toBe(trainId);
  expect(await getTrainingCurve(owner, { runId: trainId, points: 2 })).toMatchObject({
    isLive: false,
    pointCount: 3,
    points: [{ loss: 2 }, { loss: 0 }],
  });
});

it("a run's experiences are written once, and in turn with other runs'", async () => {
  const setting = await makeWorkspace();
  const { id: streamId } = await makeStream(setting);
  const record = (id: string) =>
    recordRun(setting.owner, {
      run: { id, workspaceId: setting.owner.workspaceId },
      entry: { streamId, lifetime: "main", taskName: "a" },
      blockType: "train",
      experiences: [{ performance: 1, loss: null }],
    });

  await Promise.all(["run_1", "run_2", "run_3"].map(record));
  await record("run_2");

  const rows = await blocksOf(setting.owner, streamId);
  expect(rows.map(({ blockNum, rowCount, firstExpNum }) => [blockNum, rowCount, firstExpNum])).toEqual([
    [0, 1, 0],
    [1, 1, 1],
    [2, 1, 2],
  ]);
});

it("a stream that can't take a run's experiences costs a line in its story, not the run", async () => {
  const setting = await makeWorkspace();
  const { owner } = setting;
  const { id: streamId } = await makeStream(setting);
  const rows = makeExperiences(0, { count: 1 }).map(({ reward, ...row }) => ({ ...row, performance: reward, mine: 1 }));
  await sendBatch(owner, { streamId, records: rows });

  const runId = await finish(setting, {
    kind: "train",
    versionId: await makeVersion(setting),
    modelName: "m",
    initModelId: await makeModel(owner),
    stream: { streamId, taskName: "faces" },
  });

  const events = await owner.db
    .select()
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), eq(runEvents.type, "stream.refused")));
  expect(events.map(({ data }) => data["message"])).toEqual([expect.stringContaining("same columns")]);
});

it("a run is refused for a stream that measures what runs don't", async () => {
  const setting = await makeWorkspace();
  const { id: streamId } = await makeStream(setting, "reward");
  const input = CreateRun.parse({
    kind: "train",
    versionId: await makeVersion(setting),
    modelName: "m",
    initModelId: await makeModel(setting.owner),
    stream: { streamId, taskName: "faces" },
  });

  await expect(createRun(setting.owner, input)).rejects.toThrow("measures reward, which runs do not");
});
