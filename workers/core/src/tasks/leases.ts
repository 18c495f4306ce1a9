import type { Lease } from "@whetstone/schemas/tasks";
import { leaseSeconds } from "@whetstone/schemas/tasks";
import { runs, tasks } from "@whetstone/schemas/db";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { attemptKey } from "../object-keys.ts";

/**
 * True for the task row that this lease still owns. A lease past its time owns its task until somebody takes it: finished work is
 * not thrown away for being a second late.
 */
export const isHeld = (ctx: Context, lease: Lease): SQL | undefined =>
  and(
    eq(tasks.id, lease.taskId),
    eq(tasks.attempt, lease.attempt),
    eq(tasks.lease, lease.lease),
    eq(tasks.status, "leased"),
    isCallersTask(ctx),
  );

/** Only a running run's tasks are worked on. */
export const isOfRunningRun: SQL = sql`exists (select 1 from ${runs} where ${runs.id} = ${tasks.runId} and ${runs.status} = 'running')`;

/** A runner of a workspace sees only that workspace's tasks; the platform's own pool sees all. */
export function isCallersTask(ctx: Context): SQL | undefined {
  const workspaceId = ctx.actor.kind === "key" ? ctx.actor.workspaceId : null;
  return workspaceId === null ? undefined : eq(tasks.workspaceId, workspaceId);
}

export const leaseEnd = (ctx: Context): Date => new Date(ctx.now().getTime() + leaseSeconds * 1000);

/** Where the attempt that a row is at puts its files. */
export const attemptPrefix = (row: { workspaceId: string; runId: string; id: string; attempt: number }): string =>
  attemptKey(row.workspaceId, { runId: row.runId, taskId: row.id, attempt: row.attempt });

/** Full-jitter exponential back-off after the nth attempt, at most a minute. */
export function backOff(ctx: Context, attempt: number): Date {
  const ceilingMs = Math.min(60_000, 500 * 2 ** Math.min(attempt, 20));
  return new Date(ctx.now().getTime() + Math.floor(ctx.random() * ceilingMs));
}
