import type { Scope } from "@whetstone/schemas/api";
import { apiKeys } from "@whetstone/schemas/db";
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { type Context, requireScope, workspaceOf } from "../context.ts";

/** Whose keys the caller may see: its workspace's, or for the platform's admin those of no workspace. */
export function ownKeys(ctx: Context, scope: Scope, id?: string): SQL | undefined {
  const isId = id === undefined ? undefined : eq(apiKeys.id, id);
  if (ctx.actor.kind === "key" && ctx.actor.scopes.includes("admin")) return and(isNull(apiKeys.workspaceId), isId);
  requireScope(ctx, scope);
  return and(eq(apiKeys.workspaceId, workspaceOf(ctx)), isId);
}
