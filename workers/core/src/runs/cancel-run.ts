import type { Run } from "@whetstone/schemas/api";
import { runEvents, runs, tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getRun } from "./get-run.ts";
import { isSettled, loadRun } from "./load-run.ts";

/** Stops a run: what waits is cancelled at once, what is leased with its runner's next heartbeat. Cancelling twice is cancelling once. */
export async function cancelRun(ctx: Context, runId: string): Promise<Run> {
  requireScope(ctx, "runs:write");
  const run = await loadRun(ctx, runId);
  if (isSettled(run)) throw new AppError("run_not_cancellable", `run ${runId} has ${run.status} already`);

  if (run.status !== "cancelling") {
    const isOpen = and(eq(runs.id, runId), inArray(runs.status, ["queued", "running"]));
    await ctx.db.batch([
      ctx.db.insert(runEvents).select(sql`
        select null, ${runs.id}, 'run.cancelling', '{}', ${ctx.now().getTime()} from ${runs} where ${isOpen}`),
      ctx.db.update(runs).set({ status: "cancelling" }).where(isOpen),
      ctx.db
        .update(tasks)
        .set({ status: "cancelled", finishedAt: ctx.now() })
        .where(
          and(
            eq(tasks.runId, runId),
            eq(tasks.status, "queued"),
            sql`exists (select 1 from runs where id = ${runId} and status = 'cancelling')`,
          ),
        ),
      auditRow(ctx, { action: "run.cancel", subjectId: runId }),
    ]);
  }
  // A run whose workflow never began is closed by it all the same.
  await ctx.pipeline.start(runId).catch(() => undefined);
  await ctx.pipeline.nudge(runId).catch(() => undefined);
  return getRun({ ...ctx, actor: { kind: "system", job: "cancel-run" } }, runId);
}
