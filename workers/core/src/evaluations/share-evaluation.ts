import type { CreateShare, NewShare, PageOf, PageQuery, Share } from "@whetstone/schemas/api";
import { evaluations, shares } from "@whetstone/schemas/db";
import { and, eq, gt } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { notFound } from "../errors.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";

const dayMs = 24 * 3_600_000;
const tokenBytes = 32;

export interface ShareRequest extends CreateShare {
  evaluationId: string;
  /** Address of the API as the caller sees it. */
  baseUrl: string;
}

/** Makes a link that shows one evaluation to whoever has it. The token is 32 random bytes; only its hash is kept. */
export async function shareEvaluation(
  ctx: Context,
  { evaluationId, expiresInDays, baseUrl }: ShareRequest,
): Promise<NewShare> {
  requireScope(ctx, "evaluations:write");
  await getOwned(ctx, evaluations, { what: "evaluation", id: evaluationId });
  const token = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(tokenBytes))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const createdAt = ctx.now();
  const row = {
    id: ctx.newId("share"),
    workspaceId: workspaceOf(ctx),
    evaluationId,
    hash: await sha256Hex(token),
    expiresAt: new Date(createdAt.getTime() + expiresInDays * dayMs),
    createdAt,
  };
  await ctx.db.batch([
    ctx.db.insert(shares).values(row),
    auditRow(ctx, { action: "evaluation.share", subjectId: evaluationId }),
  ]);
  return { ...toShare(row), url: new URL(`/s/${token}`, baseUrl).href };
}

export async function listShares(
  ctx: Context,
  { evaluationId, ...page }: PageQuery & { evaluationId: string },
): Promise<PageOf<Share>> {
  requireScope(ctx, "evaluations:read");
  await getOwned(ctx, evaluations, { what: "evaluation", id: evaluationId });
  const where = eq(shares.evaluationId, evaluationId);
  const { rows, hasMore } = await listOwned(ctx, shares, { page, kind: "share", where });
  return toPage(rows.map(toShare), hasMore);
}

/** The link is dead from the next call on. */
export async function revokeShare(ctx: Context, id: string): Promise<Share> {
  requireScope(ctx, "evaluations:write");
  const row = await getOwned(ctx, shares, { what: "share", id });
  await ctx.db.batch([
    ctx.db.delete(shares).where(eq(shares.id, id)),
    auditRow(ctx, { action: "share.revoke", subjectId: id }),
  ]);
  return toShare(row);
}

/** The evaluation a token shows, and whose it is. Unknown, revoked and expired ones answer alike. */
export async function openShare(
  ctx: Context,
  token: string,
): Promise<Pick<typeof shares.$inferSelect, "evaluationId" | "workspaceId">> {
  const isShaped = /^[\w-]{43}$/.test(token);
  const [row] = isShaped
    ? await ctx.db
        .select({ evaluationId: shares.evaluationId, workspaceId: shares.workspaceId })
        .from(shares)
        .where(and(eq(shares.hash, await sha256Hex(token)), gt(shares.expiresAt, ctx.now())))
    : [];
  if (!row) throw notFound("share", "of this address");
  return row;
}

const toShare = ({ id, evaluationId, expiresAt, createdAt }: typeof shares.$inferSelect): Share => ({
  id,
  object: "share",
  evaluationId,
  expiresAt: expiresAt.toISOString(),
  createdAt: createdAt.toISOString(),
});
