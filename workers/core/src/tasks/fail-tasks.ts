import type { FailAnswer, FailTasks } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { batch } from "../batch.ts";
import { endAttempts } from "./end-attempts.ts";
import { backOff, isHeld } from "./leases.ts";
import { nudgeSettled } from "./open-tasks.ts";

/** Ends attempts that found no result. A lease that is not held any more changes nothing. */
export async function failTasks(ctx: Context, input: FailTasks): Promise<FailAnswer> {
  requireScope(ctx, "runner");
  const statements = input.tasks.map((task) => {
    const availableAt = task.fate === "release" ? ctx.now() : backOff(ctx, task.attempt);
    return endAttempts(ctx, {
      where: isHeld(ctx, task),
      fate: task.fate,
      code: task.code,
      message: task.message,
      availableAt,
    });
  });

  const results = await batch(ctx, statements.flat());

  // Only the write that ends attempts answers rows.
  const ended = results.flatMap((rows) =>
    Array.isArray(rows) ? (rows as { id: string; runId: string; status: string }[]) : [],
  );
  await nudgeSettled(ctx, ended);
  const statusOf = new Map(ended.map((row) => [row.id, row.status]));
  return { tasks: input.tasks.map(({ taskId }) => ({ taskId, state: answerOf(statusOf.get(taskId)) })) };
}

function answerOf(status: string | undefined): "requeued" | "failed" | "stale" {
  if (status === "queued") return "requeued";
  return status === "failed" ? "failed" : "stale";
}
