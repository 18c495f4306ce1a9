import { type CreateWorkspace, defaultQuotas, type NewWorkspace, workspaceScopes } from "@whetstone/schemas/api";
import { apiKeys, workspaces } from "@whetstone/schemas/db";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { newKeyRow } from "../keys/new-key-row.ts";
import { toNewKey } from "../keys/to-key.ts";
import { toWorkspace } from "./to-workspace.ts";

/** A tenant and its first key, which holds every scope a workspace can have. */
export async function createWorkspace(ctx: Context, input: CreateWorkspace): Promise<NewWorkspace> {
  requireScope(ctx, "admin");
  const id = ctx.newId("workspace");
  const quotas = { ...defaultQuotas, ...input.quotas };
  const row = { id, name: input.name, quotas, prices: null, createdAt: ctx.now() };
  const key = await newKeyRow(ctx, { workspaceId: id, name: "first key", scopes: workspaceScopes });

  await ctx.db.batch([
    ctx.db.insert(workspaces).values(row),
    ctx.db.insert(apiKeys).values(key.row),
    auditRow(ctx, { action: "workspace.create", subjectId: id, workspaceId: id }),
  ]);
  return { ...toWorkspace(row), key: toNewKey(key.row, key.secret) };
}
