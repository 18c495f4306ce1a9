import type { RunStatus } from "@whetstone/schemas/api";
import { runs, tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditRow } from "../audit/audit-row.ts";
import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { attemptsWhere, spendAttempts } from "../spending/spend-attempts.ts";
import { eventRows, startDeliveries } from "../webhooks/publish-event.ts";
import { isSettled, loadRun } from "./load-run.ts";
import { settledEvents } from "./settled-events.ts";
import { runEvent } from "./run-event.ts";
import type { Closing, RunRow } from "./run-kind.ts";
import { summariseTasks } from "./summarise-tasks.ts";

export interface Settlement {
  status: Extract<RunStatus, "succeeded" | "failed" | "cancelled">;
  error?: { code: string; message: string };
  closing?: Closing;
}

const settlesFrom = { succeeded: ["running"], failed: ["queued", "running"], cancelled: ["cancelling"] } as const;

/** Ends a run: its row, what it made, its story and the audit in one batch, once. Tasks still open are cancelled first. */
export async function settleRun(ctx: Context, run: RunRow, { status, error, closing }: Settlement): Promise<void> {
  if (status !== "succeeded") await cancelOpenTasks(ctx, run.id);
  const summary = (await summariseTasks(ctx, [{ ...run, finishedAt: ctx.now() }], { sumAll: true })).get(run.id);
  if (summary && summary.tasks.failed > 0) summary.counts = { ...summary.counts, failedTasks: summary.tasks.failed };

  const from = JSON.stringify(settlesFrom[status]);
  const settle = ctx.db
    .update(runs)
    .set({
      // Null breaks NOT NULL and with it the whole batch: a run that was cancelled or settled meanwhile takes nothing with it.
      status: sql`case when ${runs.status} in (select value from json_each(${from})) then ${status} end`,
      errorCode: error?.code ?? null,
      errorMessage: error?.message ?? null,
      finishedAt: ctx.now(),
      summary,
      ...closing?.output,
    })
    .where(eq(runs.id, run.id));
  const events = settledEvents(ctx, run, { status, ...(error ? { error } : {}) });
  const statements: BatchItem<"sqlite">[] = [
    settle,
    ...(closing?.statements ?? []),
    runEvent(ctx, { runId: run.id, type: `run.${status}`, data: { ...closing?.output, ...error } }),
    auditRow(ctx, { workspaceId: run.workspaceId, action: `run.${status}`, subjectId: run.id }),
    ...events.map((event) => eventRows(ctx, event)),
  ];
  try {
    await batch(ctx, statements);
  } catch (cause) {
    if (!isSettled(await loadRun(ctx, run.id))) throw cause;
    return;
  }
  for (const event of events) await startDeliveries(ctx, event.id);
}

async function cancelOpenTasks(ctx: Context, runId: string): Promise<void> {
  const isLeased = and(eq(tasks.runId, runId), eq(tasks.status, "leased"));
  await ctx.db.batch([
    ...spendAttempts(ctx, attemptsWhere(isLeased, sql`min(${ctx.now().getTime()}, ${tasks.leaseExpiresAt})`)),
    ctx.db
      .update(tasks)
      .set({ status: "cancelled", lease: null, leaseExpiresAt: null, finishedAt: ctx.now() })
      .where(and(eq(tasks.runId, runId), inArray(tasks.status, ["queued", "leased"]))),
  ]);
}
