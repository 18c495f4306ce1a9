import type { Session } from "@whetstone/schemas/api";
import { apiKeys } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";

/** Who calls with a key: its workspace and what it may do there. */
export async function getCaller(ctx: Context): Promise<Session> {
  const { id, name } = await workspaceRow(ctx);
  const keyId = ctx.actor.kind === "key" ? ctx.actor.keyId : "";
  const key = await ctx.db.query.apiKeys.findFirst({ where: eq(apiKeys.id, keyId) });
  if (!key) throw notFound("key", keyId);
  return {
    object: "session",
    workspace: { id, name },
    key: { id: key.id, name: key.name },
    scopes: key.scopes,
    expiresAt: null,
    signedIn: [{ id, name }],
  };
}
