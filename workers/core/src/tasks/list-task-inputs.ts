import type { TaskInputs, TaskInputsQuery } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { getLeasedTask } from "./get-leased-task.ts";
import { lendFiles } from "./lend-task.ts";
import { readInputs } from "./task-inputs.ts";

/** Inputs of a leased task from `after` on, with fresh addresses. */
export async function listTaskInputs(ctx: Context, { after, limit, ...lease }: TaskInputsQuery): Promise<TaskInputs> {
  requireScope(ctx, "runner");
  const { inputs, hasMoreInputs } = await readInputs(ctx, await getLeasedTask(ctx, lease), { after, limit });
  return { inputs: await lendFiles(ctx, inputs), hasMoreInputs };
}
