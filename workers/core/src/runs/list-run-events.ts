import type { RunEvent } from "@whetstone/schemas/api";
import { runEvents } from "@whetstone/schemas/db";
import { and, asc, eq, gt } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { toRunEvent } from "./to-run.ts";

const pageSize = 500;

/** A run's story from after an event on. The caller has shown that the run is theirs. */
export async function listRunEvents(
  ctx: Context,
  { runId, after }: { runId: string; after: number },
): Promise<RunEvent[]> {
  requireScope(ctx, "runs:read");
  const rows = await ctx.db
    .select()
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), gt(runEvents.id, after)))
    .orderBy(asc(runEvents.id))
    .limit(pageSize);
  return rows.map(toRunEvent);
}
