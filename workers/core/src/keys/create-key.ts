import type { CreateApiKey, NewApiKey } from "@whetstone/schemas/api";
import { apiKeys } from "@whetstone/schemas/db";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { type KeyDraft, newKeyRow } from "./new-key-row.ts";
import { toNewKey } from "./to-key.ts";

/** A key of the caller's workspace. It can't do what its maker can't, save speak the runner protocol for the workspace. */
export async function createKey(ctx: Context, input: CreateApiKey): Promise<NewApiKey> {
  requireScope(ctx, "keys:write");
  const scopes = [...new Set(input.scopes)];
  const isRunner = scopes.includes("runner");
  if (isRunner && scopes.length > 1) throw invalidScopes("runner can't be combined with other scopes; make two keys");
  const held = ctx.actor.kind === "key" ? ctx.actor.scopes : scopes;
  const lacking = isRunner ? [] : scopes.filter((scope) => scope === "admin" || !held.includes(scope));
  if (lacking.length > 0)
    throw new AppError(
      "missing_scope",
      `this key can't grant ${lacking.join(", ")}: it lacks ${lacking.length > 1 ? "them" : "it"}`,
    );
  return insertKey(ctx, {
    workspaceId: workspaceOf(ctx),
    name: input.name,
    scopes,
    expiresAt: toExpiry(ctx, input.expiresAt),
  });
}

/** A key for the platform's own pool of runners: it serves every workspace and belongs to none. */
export async function createRunnerKey(ctx: Context, input: Omit<CreateApiKey, "scopes">): Promise<NewApiKey> {
  requireScope(ctx, "admin");
  return insertKey(ctx, {
    workspaceId: null,
    name: input.name,
    scopes: ["runner"],
    expiresAt: toExpiry(ctx, input.expiresAt),
  });
}

async function insertKey(ctx: Context, draft: KeyDraft): Promise<NewApiKey> {
  const { row, secret } = await newKeyRow(ctx, draft);
  const audit = auditRow(ctx, {
    action: "key.create",
    subjectId: row.id,
    workspaceId: draft.workspaceId ?? "platform",
  });
  await ctx.db.batch([ctx.db.insert(apiKeys).values(row), audit]);
  return toNewKey(row, secret);
}

function toExpiry(ctx: Context, expiresAt: string | undefined): Date | null {
  if (expiresAt === undefined) return null;
  const date = new Date(expiresAt);
  if (date > ctx.now()) return date;
  const detail = "must be in the future";
  throw new AppError("invalid_input", `expiresAt ${detail}`, {
    fields: [{ pointer: "/expiresAt", code: "too_small", detail }],
  });
}

function invalidScopes(detail: string): AppError {
  return new AppError("invalid_input", detail, { fields: [{ pointer: "/scopes", code: "invalid_value", detail }] });
}
