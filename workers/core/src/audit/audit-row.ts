import { auditEvents } from "@whetstone/schemas/db";
import { type Context, workspaceOf } from "../context.ts";

export interface Deed {
  /** Noun and verb: `upload.complete`. */
  action: string;
  subjectId: string;
  /** Whose log it goes to; the caller's own by default, `platform` for what belongs to no workspace. */
  workspaceId?: string;
}

/** The audit row of a write. Put it in the batch of the write, so that neither is there without the other. */
export function auditRow(ctx: Context, { action, subjectId, workspaceId }: Deed) {
  return ctx.db.insert(auditEvents).values({
    id: ctx.newId("audit"),
    workspaceId: workspaceId ?? workspaceOf(ctx),
    actor: ctx.actor.kind === "key" ? ctx.actor.keyId : `system:${ctx.actor.job}`,
    action,
    subjectId,
    requestId: ctx.requestId,
    createdAt: ctx.now(),
  });
}
