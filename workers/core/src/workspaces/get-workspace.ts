import { defaultQuotas } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, workspaceOf } from "../context.ts";
import { notFound } from "../errors.ts";

/** The row of the caller's own workspace. */
export async function workspaceRow(ctx: Context): Promise<typeof workspaces.$inferSelect> {
  const id = workspaceOf(ctx);
  const row = await ctx.db.query.workspaces.findFirst({ where: eq(workspaces.id, id) });
  if (!row) throw notFound("workspace", id);
  // A workspace made before a quota was thought of has the default.
  return { ...row, quotas: { ...defaultQuotas, ...row.quotas } };
}
