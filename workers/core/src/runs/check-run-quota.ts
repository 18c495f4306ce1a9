import { runs, workspaces } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

/** Refuses one active run more than the workspace may have. */
export async function checkRunQuota(ctx: Context, workspaceId: string): Promise<void> {
  const [[workspace], [active]] = await ctx.db.batch([
    ctx.db.select({ quotas: workspaces.quotas }).from(workspaces).where(eq(workspaces.id, workspaceId)),
    ctx.db
      .select({ count: sql<number>`count(*)` })
      .from(runs)
      .where(and(eq(runs.workspaceId, workspaceId), inArray(runs.status, ["queued", "running", "cancelling"]))),
  ]);
  const limit = workspace?.quotas.maxActiveRuns ?? 0;
  if ((active?.count ?? 0) >= limit)
    throw new AppError(
      "quota_exceeded",
      `${limit} runs of this workspace are active already; wait for one to end or cancel one`,
    );
}
