import { describe, expect, it } from "vitest";
import { claimTasks } from "../tasks/claim-tasks.ts";
import { completeTasks } from "../tasks/complete-tasks.ts";
import { failTasks } from "../tasks/fail-tasks.ts";
import { makeContext } from "../testing.ts";
import { cancelRun } from "./cancel-run.ts";
import { closeRun } from "./close-run.ts";
import { getTaskMap } from "./get-task-map.ts";
import { listRunFailures } from "./list-run-failures.ts";
import { retryRun } from "./retry-run.ts";
import { makeRun, makeRunner } from "./testing.ts";

type Fate = "done" | "retry" | "final" | "held";

/** A run of as many tasks as fates, each brought to its own. */
async function setUp(fates: readonly Fate[]) {
  const owner = await makeContext();
  const runId = await makeRun(owner, { taskCount: fates.length });
  const { ctx, runner } = await makeRunner(owner);
  const rows = await claimTasks(ctx, { runner, max: fates.length });
  for (const [index, fate] of fates.entries()) {
    const row = rows[index];
    if (!row?.lease) throw new Error(`task ${index} was not lent`);
    const lease = { taskId: row.id, attempt: row.attempt, lease: row.lease };
    if (fate === "done")
      await completeTasks(ctx, {
        runnerId: runner.id,
        tasks: [{ ...lease, result: { counts: { samples: 1 } }, outputs: [] }],
      });
    else if (fate !== "held")
      await failTasks(ctx, {
        runnerId: runner.id,
        tasks: [{ ...lease, fate, code: `code_${fate}`, message: `it was to ${fate}` }],
      });
  }
  const system = { ...owner, actor: { kind: "system", job: "test" } as const };
  return { owner, system, runId, ctx, runner };
}

describe("a run's details", () => {
  it("have a letter a task, in their order, a capital where an attempt was in vain", async () => {
    const { owner, runId } = await setUp(["done", "retry", "final", "held"]);

    expect(await getTaskMap(owner, runId)).toMatchObject({ taskCount: 4, letters: "sWfl" });
  });

  it("group what went wrong by code", async () => {
    const { owner, runId } = await setUp(["final", "retry", "done", "final"]);

    const { data } = await listRunFailures(owner, runId);

    expect(data).toEqual([
      { code: "code_final", failedTasks: 2, retriedAttempts: 0, message: "it was to final", examples: [0, 3] },
      { code: "code_retry", failedTasks: 0, retriedAttempts: 1, message: "it was to retry", examples: [1] },
    ]);
  });
});

describe("trying again", () => {
  it("queues what failed with all its attempts, leaves what is done, and the run can end otherwise", async () => {
    const { owner, system, runId, ctx, runner } = await setUp(["done", "final"]);
    await closeRun(system, runId);

    const run = await retryRun(owner, runId);
    const again = await claimTasks(ctx, { runner, max: 8 });
    await completeTasks(ctx, {
      runnerId: runner.id,
      tasks: again.map(({ id, attempt, lease }) => ({
        taskId: id,
        attempt,
        lease: lease ?? "",
        result: { counts: { samples: 1 } },
        outputs: [],
      })),
    });
    await closeRun(system, runId);

    expect(run).toMatchObject({ status: "running", error: null, finishedAt: null, tasks: { succeeded: 1, queued: 1 } });
    expect(again).toMatchObject([{ index: 1, attempt: 2, releases: 1 }]);
    expect(await getTaskMap(owner, runId)).toMatchObject({ letters: "ss" });
    await expect(retryRun(owner, runId)).rejects.toMatchObject({ code: "run_not_retryable" });
  });

  it("of a run that goes on takes its failed tasks alone", async () => {
    const { owner, runId } = await setUp(["final", "held"]);

    expect(await retryRun(owner, runId)).toMatchObject({ status: "running", tasks: { queued: 1, leased: 1 } });
  });

  it("is refused where nothing failed, and to a run that was cancelled", async () => {
    const { owner, runId } = await setUp(["held"]);
    await expect(retryRun(owner, runId)).rejects.toMatchObject({ code: "run_not_retryable" });

    await cancelRun(owner, runId);

    await expect(retryRun(owner, runId)).rejects.toMatchObject({ code: "run_not_retryable" });
  });
});
