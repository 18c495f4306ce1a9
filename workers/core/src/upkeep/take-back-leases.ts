import type { Context } from "../context.ts";
import { expireLeases } from "../tasks/expire-leases.ts";
import { nudgeSettled } from "../tasks/open-tasks.ts";

/** Requeues tasks of silent runners where no claim comes by to do it. */
export async function takeBackLeases(ctx: Context): Promise<void> {
  const [, , , , ended] = await ctx.db.batch(expireLeases(ctx));
  await nudgeSettled(ctx, ended);
}
