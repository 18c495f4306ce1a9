import type { CreateWebhook, NewWebhook } from "@whetstone/schemas/api";
import { webhooks } from "@whetstone/schemas/db";
import { sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { refuseUrl } from "./refuse-url.ts";
import { toWebhook } from "./to-webhook.ts";

const secretBytes = 32;
const maxWebhooks = 20;

/** Registers an address and makes its signing secret, which is answered once and kept sealed. */
export async function createWebhook(ctx: Context, input: CreateWebhook): Promise<NewWebhook> {
  requireScope(ctx, "webhooks:write");
  const detail = refuseUrl(input.url, ctx.urlPolicy);
  if (detail !== undefined)
    throw new AppError("invalid_input", `url ${detail}`, {
      fields: [{ pointer: "/url", code: "invalid_value", detail }],
    });
  await checkRoom(ctx);

  const id = ctx.newId("webhook");
  const secret = `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(secretBytes))))}`;
  const row = {
    id,
    workspaceId: workspaceOf(ctx),
    url: input.url,
    events: [...new Set(input.events)],
    description: input.description,
    sealedSecret: await ctx.vault.seal(secret, id),
    status: "enabled" as const,
    disabledReason: null,
    createdAt: ctx.now(),
  };
  await ctx.db.batch([ctx.db.insert(webhooks).values(row), auditRow(ctx, { action: "webhook.create", subjectId: id })]);
  return { ...toWebhook(row), secret };
}

async function checkRoom(ctx: Context): Promise<void> {
  const [counted] = await ctx.db
    .select({ count: sql<number>`count(*)` })
    .from(webhooks)
    .where(inWorkspace(ctx, webhooks));
  if ((counted?.count ?? 0) >= maxWebhooks)
    throw new AppError("quota_exceeded", `a workspace has ${maxWebhooks} webhooks at most; delete one first`);
}
