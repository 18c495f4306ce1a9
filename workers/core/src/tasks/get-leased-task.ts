import type { Lease } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { TaskRow } from "./claim-tasks.ts";
import { isHeld, isOfRunningRun } from "./leases.ts";

/** The task this lease owns, or `lease_lost`. */
export async function getLeasedTask(ctx: Context, lease: Lease): Promise<TaskRow> {
  const [row] = await ctx.db
    .select()
    .from(tasks)
    .where(and(isHeld(ctx, lease), isOfRunningRun));
  if (row) return row;
  throw new AppError(
    "lease_lost",
    `task ${lease.taskId} is not leased to attempt ${lease.attempt} any more; drop the work`,
  );
}
