import { loops } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { settleRun } from "../runs/settle-run.ts";
import type { LoadedLoop } from "./load-loop.ts";
import type { Move } from "./loop-spec.ts";

/** Ends a loop that did what it could. Stopping is no failure: its model stands, and the reason is told. */
export async function endLoop(
  ctx: Context,
  { run, loop }: LoadedLoop,
  { outcome, reason }: Extract<Move, { kind: "end" }>,
): Promise<void> {
  const statements = [ctx.db.update(loops).set({ outcome, reason }).where(eq(loops.id, loop.id))];
  await settleRun(ctx, run, { status: "succeeded", closing: { output: {}, statements } });
}
