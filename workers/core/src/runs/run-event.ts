import { runEvents } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";

type EventType = (typeof runEvents.$inferInsert)["type"];

/** The statement that adds a line to a run's story, for the batch of the write it tells of. */
export const runEvent = (
  ctx: Context,
  { runId, type, data = {} }: { runId: string; type: EventType; data?: Record<string, unknown> },
) => ctx.db.insert(runEvents).values({ runId, type, data, createdAt: ctx.now() });
