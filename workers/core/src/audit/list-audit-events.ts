import type { AuditEvent, PageOf, PageQuery } from "@whetstone/schemas/api";
import { auditEvents } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";

export async function listAuditEvents(ctx: Context, page: PageQuery): Promise<PageOf<AuditEvent>> {
  requireScope(ctx, "workspace:read");
  const { rows, hasMore } = await listOwned(ctx, auditEvents, { page, kind: "audit" });
  return toPage(rows.map(toAuditEvent), hasMore);
}

function toAuditEvent(event: typeof auditEvents.$inferSelect): AuditEvent {
  const { workspaceId: _, createdAt, ...row } = event;
  return { ...row, object: "audit_event", createdAt: createdAt.toISOString() };
}
