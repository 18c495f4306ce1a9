import { defaultQuotas, type Workspace } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { notFound } from "../errors.ts";
import { toWorkspace } from "./to-workspace.ts";

/** The caller's own workspace. */
export async function getWorkspace(ctx: Context): Promise<Workspace> {
  requireScope(ctx, "workspace:read");
  return toWorkspace(await workspaceRow(ctx));
}

export async function workspaceRow(ctx: Context): Promise<typeof workspaces.$inferSelect> {
  const id = workspaceOf(ctx);
  const row = await ctx.db.query.workspaces.findFirst({ where: eq(workspaces.id, id) });
  if (!row) throw notFound("workspace", id);
  // A workspace made before a quota was thought of has the default.
  return { ...row, quotas: { ...defaultQuotas, ...row.quotas } };
}
