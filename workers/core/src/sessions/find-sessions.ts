import { apiKeys, sessions, workspaces } from "@whetstone/schemas/db";
import { and, eq, gt, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { deathOf, toActor } from "../keys/find-actor.ts";
import { isWellFormed } from "../keys/key-secret.ts";

export interface OpenSession {
  token: string;
  actor: ReturnType<typeof toActor>;
  keyName: string;
  workspace: { id: string; name: string };
  expiresAt: Date;
}

/** Those of a browser's sessions that still hold, in its order. Looked up on every call, so a revoked key's are dead at once. */
export async function findSessions(ctx: Context, tokens: readonly string[]): Promise<OpenSession[]> {
  const hashes = new Map<string, string>();
  for (const token of tokens) if (await isWellFormed(token, ["wss"])) hashes.set(await sha256Hex(token), token);
  if (hashes.size === 0) return [];

  const rows = await ctx.db
    .select({ hash: sessions.hash, expiresAt: sessions.expiresAt, key: apiKeys, workspace: workspaces })
    .from(sessions)
    .innerJoin(apiKeys, eq(apiKeys.id, sessions.keyId))
    .innerJoin(workspaces, eq(workspaces.id, apiKeys.workspaceId))
    .where(
      and(inArray(sessions.hash, [...hashes.keys()]), eq(sessions.kind, "session"), gt(sessions.expiresAt, ctx.now())),
    );
  const open = rows.flatMap(({ hash, expiresAt, key, workspace }) => {
    const token = hashes.get(hash);
    if (token === undefined || deathOf(key, ctx.now())) return [];
    const { id, name } = workspace;
    return [{ token, actor: toActor(key), keyName: key.name, workspace: { id, name }, expiresAt }];
  });
  return open.toSorted((a, b) => tokens.indexOf(a.token) - tokens.indexOf(b.token));
}
