import type { Context } from "../context.ts";
import type { Event } from "../webhooks/publish-event.ts";
import { derivedId, type RunRow } from "./run-kind.ts";
import type { Settlement } from "./settle-run.ts";

/** What webhooks are told as a run ends; of an evaluation's run both its end and the evaluation's. */
export function settledEvents(ctx: Context, run: RunRow, { status, error }: Omit<Settlement, "closing">): Event[] {
  const { id, workspaceId, kind, name } = run;
  const end = { kind, name, status, error: error ? { ...error, message: error.message.slice(0, 2000) } : null };
  const event = (type: Event["type"], data: Event["data"]): Event => ({
    id: ctx.newId("event"),
    workspaceId,
    type,
    data,
  });
  const runEvent = event(`run.${status}`, { id, object: "run", ...end });
  if (kind !== "evaluate") return [runEvent];
  const type = status === "succeeded" ? "evaluation.completed" : "evaluation.failed";
  return [runEvent, event(type, { id: derivedId("eval", id), object: "evaluation", runId: id, ...end })];
}
