import type { TaskNote } from "@whetstone/schemas/api";
import type { Lease } from "@whetstone/schemas/tasks";
import { runs } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { claimTasks } from "../tasks/claim-tasks.ts";
import { failTasks } from "../tasks/fail-tasks.ts";
import { heartbeatTasks } from "../tasks/heartbeat-tasks.ts";
import { makeContext } from "../testing.ts";
import { getTrainingCurve } from "./get-training-curve.ts";
import { listRunEvents } from "./list-run-events.ts";
import { makeRun, makeRunner } from "./testing.ts";

const points = (...steps: number[]): TaskNote => ({
  type: "task.metrics",
  data: { points: steps.map((step) => ({ step, loss: 1 / step, lossHni: 0.5 })) },
});
const alarm: TaskNote = { type: "task.alarm", data: { step: 3, code: "divergence", message: "the loss rose" } };
const look = (step: number): TaskNote => ({
  type: "task.look",
  data: { step, loss: 1, recallAt1: 0.5, isHeldOut: true, predictions: [] },
});

/** A run of one task that counts as a training, held by a runner. */
async function setUp() {
  const owner = await makeContext();
  const runId = await makeRun(owner, { taskCount: 1 });
  await owner.db.update(runs).set({ kind: "train" }).where(eq(runs.id, runId));
  const { ctx, runner } = await makeRunner(owner);
  const claim = async (): Promise<Lease> => {
    const [row] = await claimTasks({ ...ctx, now: () => new Date(Date.now() + 90_000) }, { runner, max: 1 });
    if (!row?.lease) throw new Error("nothing to claim");
    return { taskId: row.id, attempt: row.attempt, lease: row.lease };
  };
  const tell = (lease: Lease, notes: [number, TaskNote][]) =>
    heartbeatTasks(ctx, {
      runnerId: runner.id,
      tasks: [{ ...lease, notes: notes.map(([number, note]) => ({ number, note })) }],
    });
  return { owner, runId, ctx, runner, claim, tell };
}

it("what a training tells becomes its run's events, once, though an answer was lost", async () => {
  const { owner, runId, claim, tell } = await setUp();
  const lease = await claim();

  await tell(lease, [[1, points(1, 2)]]);
  await tell(lease, [[1, points(1, 2)]]);
  await tell(lease, [
    [1, points(1, 2)],
    [2, points(3)],
    [3, alarm],
  ]);
  await tell({ ...lease, lease: "forged" }, [[4, points(9)]]);

  const events = (await listRunEvents(owner, { runId, after: 0 })).filter(({ type }) => type.startsWith("task."));
  expect(events).toMatchObject([
    { type: "task.metrics", data: { taskId: lease.taskId, attempt: 1, points: [{ step: 1 }, { step: 2 }] } },
    { type: "task.metrics", data: { points: [{ step: 3, lossHni: 0.5 }] } },
    { type: "task.alarm", data: { code: "divergence", attempt: 1 } },
  ]);
});

it("a live curve leaves out what was measured in vain before a checkpoint was gone on from", async () => {
  const { owner, runId, ctx, runner, claim, tell } = await setUp();
  const first = await claim();
  await tell(first, [
    [1, points(1, 2, 3, 4)],
    [2, look(2)],
    [3, look(4)],
    [4, alarm],
  ]);
  await failTasks(ctx, {
    runnerId: runner.id,
    tasks: [{ ...first, code: "boom", message: "it broke", fate: "retry" }],
  });
  const second = await claim();
  await tell(second, [
    [1, points(3, 4, 5)],
    [2, alarm],
    [3, look(4)],
  ]);

  const curve = await getTrainingCurve(owner, { runId, points: 500 });
  const sampled = await getTrainingCurve(owner, { runId, points: 3 });

  expect(curve).toMatchObject({ isLive: true, pointCount: 5, alarms: [alarm.data], stop: null });
  expect(curve.points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  expect(curve.looks.map(({ step }) => step)).toEqual([2, 4]);
  expect(sampled.points.map(({ step }) => step)).toEqual([1, 3, 5]);
});

it("a run that trains nothing has no curve", async () => {
  const owner = await makeContext();

  await expect(getTrainingCurve(owner, { runId: await makeRun(owner), points: 5 })).rejects.toMatchObject({
    code: "invalid_input",
  });
});
