import type { TaskInputs, TaskInputsQuery } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getLeasedTask } from "./get-leased-task.ts";
import { lendFiles } from "./lend-task.ts";

/** Inputs of a leased task from `after` on, with fresh addresses. */
export async function listTaskInputs(ctx: Context, { after, limit, ...lease }: TaskInputsQuery): Promise<TaskInputs> {
  requireScope(ctx, "runner");
  const { inputs } = await getLeasedTask(ctx, lease);
  const last = after === undefined ? -1 : inputs.findIndex((file) => file.name === after);
  if (after !== undefined && last < 0)
    throw new AppError("invalid_cursor", `task ${lease.taskId} has no input ${after}`);
  const page = inputs.slice(last + 1, last + 1 + limit);
  return { inputs: await lendFiles(ctx, page), hasMoreInputs: last + 1 + limit < inputs.length };
}
