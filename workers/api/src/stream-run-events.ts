import type { Context as CoreContext } from "@whetstone/core/context";
import { getRun } from "@whetstone/core/runs/get-run";
import { listRunEvents } from "@whetstone/core/runs/list-run-events";
import type { RunEvent } from "@whetstone/schemas/api";
import { settledRunStatuses } from "@whetstone/schemas/api";
import type { Context } from "hono";
import type { AppEnv } from "./env.ts";

const pollMs = 1_000;
const keepAliveMs = 15_000;
const maxMs = 15 * 60_000;

/**
 * The run's story as server-sent events: first what happened after `after`, then live. Progress is not kept, so its events have id 0
 * and don't move the client's place. The stream ends after the last event, when the client leaves, or after 15 minutes; clients reconnect.
 */
export async function streamRunEvents(
  c: Context<AppEnv>,
  { runId, after }: { runId: string; after: number },
): Promise<Response> {
  const { ctx } = c.var;
  // Before the stream begins, so that an unknown run or a missing scope answers as everywhere.
  await getRun(ctx, runId);
  const encoder = new TextEncoder();
  const lines = story(ctx, { runId, after });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
  });
}

async function* story(
  ctx: CoreContext,
  { runId, after }: { runId: string; after: number },
): AsyncGenerator<string, void> {
  const now = () => ctx.now().getTime();
  const endsAt = now() + maxMs;
  let lastId = after;
  let lastRun = "";
  let spokeAt = now();
  yield "retry: 1000\n\n";
  while (now() < endsAt) {
    // The run first: whatever it says has happened, its events are there by the time they are read.
    const run = await getRun(ctx, runId);
    const events = await listRunEvents(ctx, { runId, after: lastId });
    for (const event of events) {
      yield toLines(event);
      lastId = event.id;
    }
    const isSettled = settledRunStatuses.includes(run.status);
    const text = JSON.stringify(run);
    if (text !== lastRun && !isSettled)
      yield toLines({ id: 0, type: "run.progress", at: ctx.now().toISOString(), data: run });
    if (isSettled && events.length === 0) return;
    if (text !== lastRun || events.length > 0) spokeAt = now();
    lastRun = text;
    if (now() - spokeAt >= keepAliveMs) {
      yield ": keep-alive\n\n";
      spokeAt = now();
    }
    if (!isSettled) await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function toLines(event: RunEvent): string {
  const id = event.id > 0 ? `id: ${event.id}\n` : "";
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
