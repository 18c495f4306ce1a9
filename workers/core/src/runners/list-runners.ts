import type { PageOf, PageQuery, Runner } from "@whetstone/schemas/api";
import { runners, tasks } from "@whetstone/schemas/db";
import { and, asc, desc, eq, isNull, or, sql } from "drizzle-orm";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { afterCursor, toPage } from "../scope.ts";

/** Runners that work for the workspace: its own and the platform's pool; leases are counted in the workspace only. */
export async function listRunners(ctx: Context, page: PageQuery): Promise<PageOf<Runner>> {
  requireScope(ctx, "runs:read");
  const workspaceId = workspaceOf(ctx);
  const rows = await ctx.db
    .select({
      row: runners,
      leasedTasks: sql<number>`(select count(*) from ${tasks} where ${tasks.status} = 'leased' and ${tasks.runnerId} = ${runners.id} and ${tasks.workspaceId} = ${workspaceId})`,
    })
    .from(runners)
    .where(
      and(
        or(eq(runners.workspaceId, workspaceId), isNull(runners.workspaceId)),
        afterCursor(runners.id, page, "runner"),
      ),
    )
    .orderBy(page.order === "asc" ? asc(runners.id) : desc(runners.id))
    .limit(page.limit + 1);
  const data = rows.slice(0, page.limit).map(({ row, leasedTasks }) => toRunner(row, leasedTasks));
  return toPage(data, rows.length > page.limit);
}

const toRunner = (row: typeof runners.$inferSelect, leasedTasks: number): Runner => ({
  id: row.id,
  object: "runner",
  name: row.name,
  kinds: row.kinds,
  labels: row.labels,
  leasedTasks,
  lastSeenAt: row.lastSeenAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
});
