import { settledRunStatuses } from "@whetstone/schemas/api";
import { runs } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { getOwned } from "../scope.ts";
import type { RunRow } from "./run-kind.ts";

export const isSettled = (run: Pick<RunRow, "status">): boolean => settledRunStatuses.includes(run.status);

/** A run of the caller's workspace; the pipeline itself sees all. */
export async function loadRun(ctx: Context, runId: string): Promise<RunRow> {
  if (ctx.actor.kind === "key") return getOwned(ctx, runs, { what: "run", id: runId });
  const [row] = await ctx.db.select().from(runs).where(eq(runs.id, runId));
  if (!row) throw notFound("run", runId);
  return row;
}
