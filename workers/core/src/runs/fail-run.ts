import type { Context } from "../context.ts";
import { isSettled, loadRun } from "./load-run.ts";
import { settleRun } from "./settle-run.ts";

/** Ends a run that can't go on; false when it had ended before. One that was being cancelled is cancelled. */
export async function failRun(
  ctx: Context,
  { runId, ...error }: { runId: string; code: string; message: string },
): Promise<boolean> {
  const run = await loadRun(ctx, runId);
  if (isSettled(run)) return false;
  await settleRun(ctx, run, run.status === "cancelling" ? { status: "cancelled" } : { status: "failed", error });
  return true;
}
