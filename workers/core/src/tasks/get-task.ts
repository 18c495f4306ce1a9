import type { Task } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { toTask } from "./to-task.ts";

export async function getTask(ctx: Context, taskId: string): Promise<Task> {
  requireScope(ctx, "runs:read");
  return toTask(await getOwned(ctx, tasks, { what: "task", id: taskId }));
}
