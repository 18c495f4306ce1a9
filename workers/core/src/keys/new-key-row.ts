import type { Scope } from "@whetstone/schemas/api";
import type { apiKeys } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { makeSecret, prefixLength } from "./key-secret.ts";

export type KeyRow = typeof apiKeys.$inferSelect;

export interface KeyDraft {
  workspaceId: string | null;
  name: string;
  scopes: Scope[];
  expiresAt?: Date | null;
}

/** A row to insert and the secret only its owner will ever see; the row keeps the hash. */
export async function newKeyRow(ctx: Context, draft: KeyDraft): Promise<{ row: KeyRow; secret: string }> {
  const secret = await makeSecret(draft.scopes.includes("runner") ? "wsr" : "wsk");
  const row: KeyRow = {
    expiresAt: null,
    ...draft,
    id: ctx.newId("key"),
    prefix: secret.slice(0, prefixLength),
    hash: await sha256Hex(secret),
    lastUsedAt: null,
    revokedAt: null,
    createdAt: ctx.now(),
  };
  return { row, secret };
}
