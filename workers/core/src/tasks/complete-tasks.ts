import { type CompleteAnswer, type CompleteTasks, taskContracts } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and, inArray, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { batch } from "../batch.ts";
import { type Context, requireScope } from "../context.ts";
import { spendAttempts } from "../spending/spend-attempts.ts";
import { findFileProblem } from "./check-files.ts";
import { doneAttempts } from "./done-attempts.ts";
import { endAttempts } from "./end-attempts.ts";
import { attemptPrefix, backOff, isCallersTask, isHeld, isOfRunningRun } from "./leases.ts";
import { nudgeSettled } from "./open-tasks.ts";
import { resultFiles } from "./result-files.ts";

type Completion = CompleteTasks["tasks"][number];
type Answer = CompleteAnswer["tasks"][number];
type Row = Pick<typeof tasks.$inferSelect, "id" | "workspaceId" | "runId" | "kind" | "status" | "attempt" | "lease">;
interface Problem {
  code: string;
  detail: string;
}

/**
 * Makes attempts' outputs their tasks' outputs. Results and files are checked first; then each task is one conditional write, fenced by
 * lease and attempt, so a late, doubled or foreign completion changes nothing.
 */
export async function completeTasks(ctx: Context, input: CompleteTasks): Promise<CompleteAnswer> {
  requireScope(ctx, "runner");
  const rows = await loadRows(
    ctx,
    input.tasks.map((task) => task.taskId),
  );
  const problems = new Map<Completion, Problem>();
  const done: Completion[] = [];
  const writes: BatchItem<"sqlite">[] = [];

  for (const completion of input.tasks) {
    const row = rows.get(completion.taskId);
    if (!row || row.status !== "leased" || !isSameAttempt(row, completion)) continue;
    const problem = await findProblem(ctx, { row, completion });
    if (problem) problems.set(completion, problem);
    else done.push(completion);
    writes.push(...(problem ? reject(ctx, { completion, problem }) : [accept(ctx, { row, completion })]));
  }

  const account = done.length === 0 ? [] : spendAttempts(ctx, doneAttempts(ctx, done));
  const results = await batch(ctx, [...account, ...writes]);
  await nudgeSettled(
    ctx,
    results.flatMap((changed) => (Array.isArray(changed) ? (changed as { runId: string; status: string }[]) : [])),
  );

  // A completion of an attempt that was accepted already, by this call's twin for one, is accepted again.
  const after = await loadRows(
    ctx,
    input.tasks.map((task) => task.taskId),
  );
  return {
    tasks: input.tasks.map((completion) =>
      answer({ completion, row: after.get(completion.taskId), problem: problems.get(completion) }),
    ),
  };
}

function answer({
  completion,
  row,
  problem,
}: {
  completion: Completion;
  row: Row | undefined;
  problem: Problem | undefined;
}): Answer {
  const { taskId } = completion;
  if (row?.status === "succeeded" && isSameAttempt(row, completion)) return { taskId, state: "accepted" };
  return problem && row?.status !== "cancelled" ? { taskId, state: "invalid", ...problem } : { taskId, state: "stale" };
}

const isSameAttempt = (row: Row, { attempt, lease }: Completion): boolean =>
  row.attempt === attempt && row.lease === lease;

async function loadRows(ctx: Context, ids: readonly string[]): Promise<Map<string, Row>> {
  const { id, workspaceId, runId, kind, status, attempt, lease } = tasks;
  const rows = await ctx.db
    .select({ id, workspaceId, runId, kind, status, attempt, lease })
    .from(tasks)
    .where(and(inArray(tasks.id, sql`(select value from json_each(${JSON.stringify(ids)}))`), isCallersTask(ctx)));
  return new Map(rows.map((row) => [row.id, row]));
}

async function findProblem(
  ctx: Context,
  { row, completion }: { row: Row; completion: Completion },
): Promise<Problem | undefined> {
  const parsed = taskContracts[row.kind].result.safeParse(completion.result);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      code: "invalid_result",
      detail: `result of ${row.kind} at /${issue?.path.join("/") ?? ""}: ${issue?.message ?? "malformed"}`,
    };
  }
  const names = new Set(completion.outputs.map((file) => file.name));
  const missing = resultFiles(row.kind, parsed.data).find((name) => !names.has(name));
  if (missing !== undefined)
    return { code: "output_missing", detail: `the result names ${missing}, which is not among the outputs` };
  return findFileProblem(ctx, { prefix: attemptPrefix(row), files: completion.outputs });
}

/** The lease stays on the row: it is how a repeated completion is known for the accepted one. */
function accept(ctx: Context, { row, completion }: { row: Row; completion: Completion }): BatchItem<"sqlite"> {
  const prefix = attemptPrefix(row);
  return ctx.db
    .update(tasks)
    .set({
      status: sql`case when ${isOfRunningRun} then 'succeeded' else 'cancelled' end`,
      result: completion.result,
      outputs: completion.outputs.map((file) => ({ ...file, key: `${prefix}/${file.name}` })),
      progressDone: sql`${tasks.progressTotal}`,
      leaseExpiresAt: null,
      errorCode: null,
      errorMessage: null,
      finishedAt: ctx.now(),
    })
    .where(isHeld(ctx, completion))
    .returning({ id: tasks.id, runId: tasks.runId, status: tasks.status });
}

function reject(
  ctx: Context,
  { completion, problem }: { completion: Completion; problem: Problem },
): BatchItem<"sqlite">[] {
  const where = isHeld(ctx, completion);
  return [
    ...endAttempts(ctx, {
      where,
      fate: "retry",
      code: problem.code,
      message: problem.detail,
      availableAt: backOff(ctx, completion.attempt),
    }),
  ];
}
