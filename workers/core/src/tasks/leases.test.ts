import type { Lease } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Context } from "../context.ts";
import { cancelRun } from "../runs/cancel-run.ts";
import { makeRunner, makeRun } from "../runs/testing.ts";
import { makeContext } from "../testing.ts";
import { claimTasks } from "./claim-tasks.ts";
import { completeTasks } from "./complete-tasks.ts";
import { expireLeases } from "./expire-leases.ts";
import { failTasks } from "./fail-tasks.ts";
import { heartbeatTasks } from "./heartbeat-tasks.ts";
import { requestUploads } from "./request-uploads.ts";

const later = (ctx: Context, ms: number): Context => {
  const { now } = ctx;
  return { ...ctx, now: () => new Date(now().getTime() + ms) };
};

async function setUp({ taskCount = 1, maxAttempts = 8 } = {}) {
  const owner = await makeContext();
  const runId = await makeRun(owner, { taskCount, maxAttempts });
  const { ctx, runner } = await makeRunner(owner);
  return { owner, runId, ctx, runner };
}

async function claimOne({ ctx, runner }: Pick<Awaited<ReturnType<typeof setUp>>, "ctx" | "runner">): Promise<Lease> {
  const [row] = await claimTasks(ctx, { runner, max: 1 });
  if (!row?.lease) throw new Error("nothing to claim");
  return { taskId: row.id, attempt: row.attempt, lease: row.lease };
}

const complete = async (ctx: Context, lease: Lease): Promise<string | undefined> =>
  (
    await completeTasks(ctx, {
      runnerId: "any",
      tasks: [{ ...lease, result: { counts: { samples: 1 } }, outputs: [] }],
    })
  ).tasks[0]?.state;

const rowOf = async (ctx: Context, id: string) => {
  const [row] = await ctx.db.select().from(tasks).where(eq(tasks.id, id));
  if (!row) throw new Error(`no task ${id}`);
  return row;
};

describe("a completion", () => {
  it.each([
    { story: "of the held lease is accepted", answer: "accepted", status: "succeeded", act: async () => {} },
    {
      story: "past the lease's time is accepted while nobody has taken the task",
      answer: "accepted",
      status: "succeeded",
      act: async ({ ctx, lease }: Acting) => {
        await ctx.db
          .update(tasks)
          .set({ leaseExpiresAt: new Date(0) })
          .where(eq(tasks.id, lease.taskId));
      },
    },
    {
      story: "after the lease was taken back is stale",
      answer: "stale",
      status: "queued",
      act: async ({ ctx }: Acting) => {
        await ctx.db.batch([...expireLeases(later(ctx, 31_000))]);
      },
    },
    {
      story: "after another attempt began is stale",
      answer: "stale",
      status: "leased",
      act: async (acting: Acting) => {
        await acting.ctx.db.batch([...expireLeases(later(acting.ctx, 31_000))]);
        const [next] = await claimTasks(later(acting.ctx, 90_000), { runner: acting.runner, max: 1 });
        expect(next).toMatchObject({ id: acting.lease.taskId, attempt: 2 });
      },
    },
    {
      story: "of a cancelled run is stale",
      answer: "stale",
      status: "cancelled",
      act: async ({ owner, runId }: Acting) => void (await cancelRun(owner, runId)),
    },
  ])("$story", async ({ answer, status, act }) => {
    const all = await setUp();
    const lease = await claimOne(all);
    await act({ ...all, lease });

    expect(await complete(all.ctx, lease)).toBe(answer);

    expect((await rowOf(all.ctx, lease.taskId)).status).toBe(status);
  });

  interface Acting extends Awaited<ReturnType<typeof setUp>> {
    lease: Lease;
  }

  it("said twice is accepted twice and written once", async () => {
    const all = await setUp();
    const lease = await claimOne(all);

    expect(await complete(all.ctx, lease)).toBe("accepted");
    const first = await rowOf(all.ctx, lease.taskId);
    expect(await complete(all.ctx, lease)).toBe("accepted");

    expect(await rowOf(all.ctx, lease.taskId)).toEqual(first);
  });

  it.each([
    ["lease", (lease: Lease) => ({ ...lease, lease: "0".repeat(32) })],
    ["attempt", (lease: Lease) => ({ ...lease, attempt: lease.attempt + 1 })],
    ["task", (lease: Lease) => ({ ...lease, taskId: `${lease.taskId}0` })],
  ])("with a wrong %s changes nothing", async (_what, forge) => {
    const all = await setUp();
    const lease = await claimOne(all);
    const before = await rowOf(all.ctx, lease.taskId);

    expect(await complete(all.ctx, forge(lease))).toBe("stale");

    expect(await rowOf(all.ctx, lease.taskId)).toEqual(before);
  });

  it("by a runner of another workspace changes nothing", async () => {
    const all = await setUp();
    const lease = await claimOne(all);
    const stranger = await makeRunner(await makeContext());

    expect(await complete(stranger.ctx, lease)).toBe("stale");

    expect((await rowOf(all.ctx, lease.taskId)).status).toBe("leased");
  });

  it("with a malformed result is invalid and the task is tried again", async () => {
    const all = await setUp();
    const lease = await claimOne(all);

    const { tasks: answers } = await completeTasks(all.ctx, {
      runnerId: "any",
      tasks: [{ ...lease, result: { counts: "many" }, outputs: [] }],
    });

    expect(answers).toEqual([expect.objectContaining({ state: "invalid", code: "invalid_result" })]);
    expect(await rowOf(all.ctx, lease.taskId)).toMatchObject({ status: "queued", errorCode: "invalid_result" });
  });

  it.each([
    { story: "a file that was never uploaded", upload: undefined, code: "output_missing" },
    { story: "a file of another size", upload: "longer than told", code: "checksum_mismatch" },
  ])("that names $story is invalid", async ({ upload, code }) => {
    const all = await setUp();
    const lease = await claimOne(all);
    const file = { name: "a.bin", sizeBytes: 3, sha256: "0".repeat(64) };
    const row = await rowOf(all.ctx, lease.taskId);
    if (upload)
      await all.ctx.storage.putIfAbsent(
        `w/${row.workspaceId}/r/${row.runId}/t/${row.id}/a/1/a.bin`,
        upload,
        "text/plain",
      );

    const { tasks: answers } = await completeTasks(all.ctx, {
      runnerId: "any",
      tasks: [{ ...lease, result: { counts: {} }, outputs: [file] }],
    });

    expect(answers).toEqual([expect.objectContaining({ state: "invalid", code })]);
  });
});

describe("a claim", () => {
  it("gives no task twice, however many claim at once", async () => {
    const { ctx, runner } = await setUp({ taskCount: 60 });

    const claims = await Promise.all(Array.from({ length: 12 }, () => claimTasks(ctx, { runner, max: 7 })));

    const ids = claims.flat().map((row) => row.id);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });

  it("leaves alone what needs labels the runner lacks", async () => {
    const { ctx, runner } = await setUp({ taskCount: 2 });
    const [first] = await ctx.db
      .select()
      .from(tasks)
      .where(eq(tasks.workspaceId, runner.workspaceId ?? ""));
    await ctx.db
      .update(tasks)
      .set({ needs: ["gpu"] })
      .where(eq(tasks.id, first?.id ?? ""));

    const claimed = await claimTasks(ctx, { runner, max: 8 });

    expect(claimed.map((row) => row.id)).not.toContain(first?.id);
    expect(claimed).toHaveLength(1);
    expect(await claimTasks(ctx, { runner: { ...runner, labels: ["cpu", "gpu"] }, max: 8 })).toHaveLength(1);
  });

  it("of another workspace's runner gets nothing", async () => {
    await setUp();
    const stranger = await makeRunner(await makeContext());

    expect(await claimTasks(stranger.ctx, { runner: stranger.runner, max: 8 })).toEqual([]);
  });
});

describe("a lease that runs out", () => {
  it("requeues its task until the attempts are used up", async () => {
    const all = await setUp({ maxAttempts: 2 });

    const first = await claimOne(all);
    await all.ctx.db.batch([...expireLeases(later(all.ctx, 31_000))]);
    expect(await rowOf(all.ctx, first.taskId)).toMatchObject({
      status: "queued",
      attempt: 1,
      errorCode: "lease_expired",
    });
    await claimOne({ ...all, ctx: later(all.ctx, 60_000) });
    await all.ctx.db.batch([...expireLeases(later(all.ctx, 120_000))]);

    expect(await rowOf(all.ctx, first.taskId)).toMatchObject({
      status: "failed",
      attempt: 2,
      errorCode: "attempts_exhausted",
    });
  });

  it("is kept by heartbeats, with what they report", async () => {
    const all = await setUp();
    const lease = await claimOne(all);
    const beat = { ...lease, progress: { done: 3, total: 10, unit: "samples" } };

    const answer = await heartbeatTasks(later(all.ctx, 20_000), { runnerId: all.runner.id, tasks: [beat] });
    await all.ctx.db.batch([...expireLeases(later(all.ctx, 31_000))]);

    expect(answer.tasks).toEqual([{ taskId: lease.taskId, state: "held" }]);
    expect(await rowOf(all.ctx, lease.taskId)).toMatchObject({
      status: "leased",
      progressDone: 3,
      progressTotal: 10,
      progressUnit: "samples",
    });
  });
});

describe("a heartbeat", () => {
  it("says cancelled once the run is, and lost for another's task", async () => {
    const all = await setUp({ taskCount: 2 });
    const [a, b] = [await claimOne(all), await claimOne(all)];
    await all.ctx.db
      .update(tasks)
      .set({ lease: "0".repeat(32) })
      .where(eq(tasks.id, b.taskId));

    await cancelRun(all.owner, all.runId);
    const once = await heartbeatTasks(all.ctx, { runnerId: all.runner.id, tasks: [a, b] });
    const again = await heartbeatTasks(all.ctx, { runnerId: all.runner.id, tasks: [a, b] });

    const expected = [
      { taskId: a.taskId, state: "cancelled" },
      { taskId: b.taskId, state: "lost" },
    ];
    expect(once.tasks).toEqual(expected);
    expect(again.tasks).toEqual(expected);
  });

  it("keeps a checkpoint only once its bytes are there", async () => {
    const all = await setUp();
    const lease = await claimOne(all);
    const checkpoint = { name: "c.bin", sizeBytes: 3, sha256: "0".repeat(64), progress: null };
    const row = await rowOf(all.ctx, lease.taskId);
    const key = `w/${row.workspaceId}/r/${row.runId}/t/${row.id}/a/1/c.bin`;

    await heartbeatTasks(all.ctx, { runnerId: all.runner.id, tasks: [{ ...lease, checkpoint }] });
    expect((await rowOf(all.ctx, lease.taskId)).checkpoint).toBeNull();
    await all.ctx.storage.putIfAbsent(key, "abc", "application/octet-stream");
    await heartbeatTasks(all.ctx, { runnerId: all.runner.id, tasks: [{ ...lease, checkpoint }] });

    expect((await rowOf(all.ctx, lease.taskId)).checkpoint).toEqual({ ...checkpoint, key });
  });
});

describe("a failure", () => {
  it.each([
    { fate: "retry", attempts: 8, state: "requeued", row: { status: "queued", releases: 0, errorCode: "boom" } },
    { fate: "retry", attempts: 1, state: "failed", row: { status: "failed", releases: 0, errorCode: "boom" } },
    { fate: "final", attempts: 8, state: "failed", row: { status: "failed", releases: 0, errorCode: "boom" } },
    { fate: "release", attempts: 1, state: "requeued", row: { status: "queued", releases: 1, errorCode: null } },
  ] as const)("with fate $fate and $attempts attempts is $state", async ({ fate, attempts, state, row }) => {
    const all = await setUp({ maxAttempts: attempts });
    const lease = await claimOne(all);

    const answer = await failTasks(all.ctx, {
      runnerId: all.runner.id,
      tasks: [{ ...lease, code: "boom", message: "it broke", fate }],
    });

    expect(answer.tasks).toEqual([{ taskId: lease.taskId, state }]);
    expect(await rowOf(all.ctx, lease.taskId)).toMatchObject(row);
  });

  it("of a lease that is gone is stale", async () => {
    const all = await setUp();
    const lease = await claimOne(all);
    const failure = { ...lease, code: "boom", message: "it broke", fate: "final" as const };
    await failTasks(all.ctx, { runnerId: all.runner.id, tasks: [failure] });

    const answer = await failTasks(all.ctx, { runnerId: all.runner.id, tasks: [failure] });

    expect(answer.tasks).toEqual([{ taskId: lease.taskId, state: "stale" }]);
  });
});

it("addresses to upload to are for the holder of the lease alone", async () => {
  const all = await setUp();
  const lease = await claimOne(all);
  const files = [{ name: "a.bin", sizeBytes: 3, sha256: "0".repeat(64) }];

  const { files: targets } = await requestUploads(all.ctx, { ...lease, files });
  expect(targets[0]?.url).toContain(`/t/${lease.taskId}/a/1/a.bin`);

  await expect(requestUploads(all.ctx, { ...lease, lease: "0".repeat(32), files })).rejects.toMatchObject({
    code: "lease_lost",
  });
});
