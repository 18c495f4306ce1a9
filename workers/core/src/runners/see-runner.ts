import { runners } from "@whetstone/schemas/db";
import { and, eq, isNull, lt } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";

export type RunnerRow = typeof runners.$inferSelect;

const seenEveryMs = 10_000;

/** The caller's runner, marked as alive; written at most every ten seconds. */
export async function seeRunner(ctx: Context, runnerId: string): Promise<RunnerRow> {
  requireScope(ctx, "runner");
  const workspaceId = ctx.actor.kind === "key" ? ctx.actor.workspaceId : null;
  const isCallers = and(
    eq(runners.id, runnerId),
    workspaceId === null ? isNull(runners.workspaceId) : eq(runners.workspaceId, workspaceId),
  );
  const [row] = await ctx.db.select().from(runners).where(isCallers);
  if (!row) throw notFound("runner", runnerId);

  const staleBefore = new Date(ctx.now().getTime() - seenEveryMs);
  if (row.lastSeenAt < staleBefore) {
    await ctx.db
      .update(runners)
      .set({ lastSeenAt: ctx.now() })
      .where(and(isCallers, lt(runners.lastSeenAt, staleBefore)));
  }
  return row;
}
