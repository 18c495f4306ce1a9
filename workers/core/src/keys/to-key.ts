import type { ApiKey, NewApiKey } from "@whetstone/schemas/api";
import type { KeyRow } from "./new-key-row.ts";

export function toKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    object: "api_key",
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const toNewKey = (row: KeyRow, secret: string): NewApiKey => ({ ...toKey(row), secret });
