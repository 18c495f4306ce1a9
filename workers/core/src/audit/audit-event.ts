import { auditEvents } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";

/** The statement that says who wrote what, for the batch of the write itself. */
export const auditEvent = (ctx: Context, { workspaceId, action, subjectId }: { workspaceId: string; action: string; subjectId: string }) =>
  ctx.db.insert(auditEvents).values({
    id: ctx.newId("audit"),
    workspaceId,
    actor: ctx.actor.kind === "key" ? ctx.actor.keyId : `system:${ctx.actor.job}`,
    action,
    subjectId,
    requestId: ctx.requestId,
    createdAt: ctx.now(),
  });
