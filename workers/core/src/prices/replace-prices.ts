import type { Prices, WorkspacePrices } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";

/** Sets what runs cost that are asked for from now on; those there are keep the prices they have. */
export async function replacePrices(ctx: Context, prices: Prices | null): Promise<WorkspacePrices> {
  requireScope(ctx, "workspace:write");
  const id = workspaceOf(ctx);
  await ctx.db.batch([
    ctx.db.update(workspaces).set({ prices }).where(eq(workspaces.id, id)),
    auditRow(ctx, { action: prices === null ? "prices.delete" : "prices.replace", subjectId: id }),
  ]);
  return { object: "prices", prices };
}
