import type { ApiKey } from "@whetstone/schemas/api";
import { apiKeys } from "@whetstone/schemas/db";
import { and, eq, isNull } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { ownKeys } from "./own-keys.ts";
import { toKey } from "./to-key.ts";

/** Dead from the next call on. Revoking twice is revoking once. */
export async function revokeKey(ctx: Context, id: string): Promise<ApiKey> {
  const row = await ctx.db.query.apiKeys.findFirst({ where: ownKeys(ctx, "keys:write", id) });
  if (!row) throw notFound("key", id);
  if (row.revokedAt) return toKey(row);

  const revokedAt = ctx.now();
  await ctx.db.batch([
    ctx.db
      .update(apiKeys)
      .set({ revokedAt })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt))),
    auditRow(ctx, { action: "key.revoke", subjectId: id, workspaceId: row.workspaceId ?? "platform" }),
  ]);
  return toKey({ ...row, revokedAt });
}
