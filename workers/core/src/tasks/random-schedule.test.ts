import { runEvents, runs, tasks } from "@whetstone/schemas/db";
import type { Lease } from "@whetstone/schemas/tasks";
import { and, eq, inArray } from "drizzle-orm";
import { expect, it } from "vitest";
import type { Context } from "../context.ts";
import { lookAtRun } from "../runs/look-at-run.ts";
import { makeRun, makeRunner } from "../runs/testing.ts";
import { makeContext } from "../testing.ts";
import { claimTasks } from "./claim-tasks.ts";
import { completeTasks } from "./complete-tasks.ts";
import { failTasks } from "./fail-tasks.ts";
import { heartbeatTasks } from "./heartbeat-tasks.ts";

const taskCount = 8;
const maxAttempts = 4;
const steps = 80;

/** mulberry32: the schedule of a seed is the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Two runners that forget, repeat, come late and fall silent; leases of long ago are used again. Whatever they do, each task has one
// accepted attempt at most, attempts only grow, no more are given than allowed, and what each took is put to the run's account once.
it.each([1, 2, 3])("holds the invariants under the random schedule of seed %i", { timeout: 60_000 }, async (seed) => {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const owner = await makeContext();
  const startMs = Date.now() + 1000;
  let nowMs = startMs;
  const clocked = <T extends Context>(ctx: T): T => ({ ...ctx, now: () => new Date(nowMs), random });
  const runId = await makeRun(owner, { taskCount, maxAttempts });
  const made = [await makeRunner(owner), await makeRunner(owner)].map(({ ctx, runner }) => ({
    ctx: clocked(ctx),
    runner,
  }));
  const leases: Lease[] = [];
  const accepted = new Map<string, Set<number>>();
  const attempts = new Map<string, number>();

  for (let step = 0; step < steps; step += 1) {
    const who = pick(made);
    const lease = pick(leases);
    if (!who) break;
    nowMs += Math.floor(random() * 4_000);
    const runnerId = who.runner.id;
    const dice = random();
    if (dice < 0.3 || !lease) {
      for (const row of await claimTasks(who.ctx, { runner: who.runner, max: 1 + Math.floor(random() * 3) })) {
        if (row.attempt <= (attempts.get(row.id) ?? 0))
          throw new Error(`${row.id}: attempt ${row.attempt} was given twice`);
        attempts.set(row.id, row.attempt);
        leases.push({ taskId: row.id, attempt: row.attempt, lease: row.lease ?? "" });
      }
    } else if (dice < 0.5) {
      await heartbeatTasks(who.ctx, { runnerId, tasks: [lease] });
    } else if (dice < 0.75) {
      const result = random() < 0.85 ? { counts: { tokens: 5 } } : { counts: "nonsense" };
      const { tasks: answers } = await completeTasks(who.ctx, { runnerId, tasks: [{ ...lease, result, outputs: [] }] });
      if (answers[0]?.state === "accepted")
        accepted.set(lease.taskId, new Set([...(accepted.get(lease.taskId) ?? []), lease.attempt]));
    } else if (dice < 0.9) {
      const fate = pick(["retry", "retry", "release", "final"] as const) ?? "retry";
      await failTasks(who.ctx, { runnerId, tasks: [{ ...lease, code: "boom", message: "it broke", fate }] });
    } else {
      nowMs += 45_000;
      await lookAtRun({ ...clocked(owner), actor: { kind: "system", job: "test" } }, runId);
    }
  }

  const rows = await owner.db.select().from(tasks).where(eq(tasks.runId, runId));
  const failures = await owner.db
    .select()
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), inArray(runEvents.type, ["task.failed"])));
  const run = await owner.db.query.runs.findFirst({ where: eq(runs.id, runId) });
  const countOf = (status: string) => rows.filter((row) => row.status === status).length;
  expect(rows).toHaveLength(taskCount);
  expect(run?.spentTokens).toBe(5 * countOf("succeeded"));
  expect(run?.endedAttempts).toBe(rows.reduce((sum, row) => sum + row.attempt, 0) - countOf("leased"));
  expect(run?.spentSeconds).toBeGreaterThan(0);
  expect(run?.spentSeconds).toBeLessThanOrEqual((made.length * (nowMs - startMs)) / 1000);
  for (const row of rows) {
    expect(row.attempt - row.releases).toBeLessThanOrEqual(maxAttempts);
    expect([...(accepted.get(row.id) ?? [])]).toEqual(row.status === "succeeded" ? [row.attempt] : []);
    expect(row.status === "leased").toBe(row.leaseExpiresAt !== null);
    expect(failures.filter((event) => event.data["taskId"] === row.id)).toHaveLength(row.status === "failed" ? 1 : 0);
  }
});
