import { Problem } from "../api/errors.ts";
import { RunEvent } from "../api/runs.ts";
import { ApiError, type ClientOptions, sleep, toAuthorization } from "./http.ts";

const endings = new Set<RunEvent["type"]>(["run.succeeded", "run.failed", "run.cancelled"]);
const maxSilenceMs = 45_000;

/**
 * Server-sent events of a run until it settles. A broken or silent connection is opened again with `Last-Event-ID`, so no event
 * is missed or seen twice; gives up after ten failures in a row.
 */
export async function* runEvents(
  options: ClientOptions,
  { runId, signal }: { runId: string; signal?: AbortSignal },
): AsyncGenerator<RunEvent> {
  const send = options.fetch ?? fetch;
  let lastId = 0;
  let hasEnded = false;
  for (let failures = 0; failures < 10; failures += 1) {
    signal?.throwIfAborted();
    const silence = new AbortController();
    try {
      const response = await send(new URL(`/v1/runs/${encodeURIComponent(runId)}/events`, options.baseUrl), {
        headers: {
          ...toAuthorization(options),
          accept: "text/event-stream",
          "last-event-id": String(lastId),
        },
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      });
      if (!response.ok || !response.body) {
        const problem = Problem.partial().safeParse(await response.json().catch(() => ({}))).data ?? {};
        const error = new ApiError(response.status, problem);
        if (response.status < 500 && response.status !== 429) throw error;
      } else {
        for await (const event of parse(response.body, silence)) {
          failures = 0;
          if (event.id > 0) lastId = Math.max(lastId, event.id);
          yield event;
          // A run that was tried again has more than one ending: the server closes the stream after the last.
          // What is done to a loop by hand afterwards opens nothing again.
          if (event.id > 0 && event.type !== "loop.promoted") hasEnded = endings.has(event.type);
        }
        if (hasEnded) return;
      }
    } catch (error) {
      if (error instanceof ApiError) throw error;
      signal?.throwIfAborted();
    }
    await sleep(Math.random() * Math.min(5_000, 100 * 2 ** failures), signal);
  }
  throw new ApiError(0, { detail: `the event stream of ${runId} broke ten times in a row` });
}

async function* parse(body: ReadableStream<Uint8Array>, silence: AbortController): AsyncGenerator<RunEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let buffer = "";
  for (;;) {
    const timer = setTimeout(() => silence.abort(), maxSilenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    buffer += value;
    for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
      const data = buffer
        .slice(0, end)
        .split("\n")
        .filter((line) => line.startsWith("data:"));
      buffer = buffer.slice(end + 2);
      if (data.length > 0) yield RunEvent.parse(JSON.parse(data.map((line) => line.slice(5)).join("\n")));
    }
  }
}
