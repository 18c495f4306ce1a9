import { apiKeys } from "@whetstone/schemas/db";
import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { Actor, Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";
import { isWellFormed } from "./key-secret.ts";
import type { KeyRow } from "./new-key-row.ts";

/** `lastUsedAt` is a hint, so it is written at most this often. */
const usedEveryMs = 60_000;

/**
 * Who holds this secret. Keys are looked up on every call, never cached, so a revoked one is dead at once. `later` takes the write
 * of `lastUsedAt`, which nobody waits for.
 */
export async function findActor(
  ctx: Context,
  secret: string,
  later: (write: Promise<unknown>) => void,
): Promise<Extract<Actor, { kind: "key" }>> {
  const key = (await isWellFormed(secret))
    ? await ctx.db.query.apiKeys.findFirst({ where: eq(apiKeys.hash, await sha256Hex(secret)) })
    : undefined;
  if (!key) throw new AppError("unauthorized", "this API key is not known; check it for typing errors");
  const now = ctx.now();
  const death = deathOf(key, now);
  if (death) throw death;

  const stale = new Date(now.getTime() - usedEveryMs);
  if (!key.lastUsedAt || key.lastUsedAt < stale) {
    const isStale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, stale));
    later(
      ctx.db
        .update(apiKeys)
        .set({ lastUsedAt: now })
        .where(and(eq(apiKeys.id, key.id), isStale))
        .run(),
    );
  }
  return toActor(key);
}

/** Why a key is of no use any more. */
export function deathOf({ revokedAt, expiresAt }: Pick<KeyRow, "revokedAt" | "expiresAt">, now: Date) {
  if (revokedAt) return new AppError("key_revoked", "this API key was revoked; use another");
  return expiresAt && expiresAt <= now
    ? new AppError("key_expired", "this API key has expired; make another")
    : undefined;
}

export const toActor = ({ id, workspaceId, scopes }: KeyRow): Extract<Actor, { kind: "key" }> => ({
  kind: "key",
  keyId: id,
  workspaceId,
  scopes,
});
