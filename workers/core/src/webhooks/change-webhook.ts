import type { Webhook } from "@whetstone/schemas/api";
import { webhooks } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { toWebhook } from "./to-webhook.ts";

/** Deletes a webhook with its deliveries; what is on its way is not tried again. */
export async function deleteWebhook(ctx: Context, id: string): Promise<Webhook> {
  requireScope(ctx, "webhooks:write");
  const row = await getOwned(ctx, webhooks, { what: "webhook", id });
  await ctx.db.batch([
    ctx.db.delete(webhooks).where(eq(webhooks.id, id)),
    auditRow(ctx, { action: "webhook.delete", subjectId: id }),
  ]);
  return toWebhook(row);
}

/** Sends events to a webhook again that a receiver's 410 had disabled. Enabling twice is enabling once. */
export async function enableWebhook(ctx: Context, id: string): Promise<Webhook> {
  requireScope(ctx, "webhooks:write");
  const row = await getOwned(ctx, webhooks, { what: "webhook", id });
  if (row.status === "enabled") return toWebhook(row);
  const enabled = { status: "enabled" as const, disabledReason: null };
  await ctx.db.batch([
    ctx.db.update(webhooks).set(enabled).where(eq(webhooks.id, id)),
    auditRow(ctx, { action: "webhook.enable", subjectId: id }),
  ]);
  return toWebhook({ ...row, ...enabled });
}
