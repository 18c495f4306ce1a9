import { sleep } from "@whetstone/schemas/client";
import { Agent, request } from "undici";
import { TaskError } from "./errors.ts";
import { assertPublicHost, lookupPublic, PrivateAddressError } from "./private-addresses.ts";
import { jitteredDelayMs } from "./retry.ts";

export type EndpointOptions = {
  baseUrl: string;
  apiKey: string | undefined;
  timeoutMs: number;
  maxRetries: number;
  concurrency: number;
  allowPrivateAddresses: boolean;
  /** What a person should look at when the key or the address is wrong. */
  settings: { key: string; address: string };
  /** The longest answer that is read. */
  maxAnswerBytes?: number;
};
type Call = { signal: AbortSignal; maxRetries?: number };
export type Endpoint = { post(path: string, body: object, call: Call): Promise<unknown>; close(): Promise<void> };

/**
 * A call that failed. `refused`: this request is not acceptable (4xx). `timeout`, `broken` (500, or an answer that is no JSON): the request may
 * be at fault or the endpoint. `down`: the endpoint is (no connection, 429, 502, 503, 504).
 */
export class CallFailure extends Error {
  readonly kind: "refused" | "timeout" | "broken" | "down";
  readonly retryAfterMs: number;

  constructor(kind: CallFailure["kind"], message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.name = "CallFailure";
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

const longestWaitMs = 60_000;

/** POSTs JSON to an OpenAI-compatible server: patient with what passes, and never led elsewhere by a redirect. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const {
    baseUrl,
    apiKey,
    timeoutMs,
    allowPrivateAddresses,
    concurrency,
    settings,
    maxAnswerBytes = 4 * 1024 ** 2,
  } = options;
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  const agent = new Agent({
    connections: concurrency,
    maxResponseSize: maxAnswerBytes,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: Math.min(timeoutMs, 10_000), ...(allowPrivateAddresses ? {} : { lookup: lookupPublic }) },
  });
  const headers = { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) };

  async function postOnce(url: URL, body: string, signal: AbortSignal): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      if (!allowPrivateAddresses) assertPublicHost(url.hostname);
      const answer = await request(url, {
        method: "POST",
        dispatcher: agent,
        headers,
        body,
        signal: AbortSignal.any([signal, timeout]),
      });
      const text = await answer.body.text();
      if (answer.statusCode === 200) return parseAnswer(text);
      throw toFailure(answer.statusCode, text, { retryAfter: answer.headers["retry-after"], settings, url });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CallFailure || error instanceof TaskError) throw error;
      if (error instanceof PrivateAddressError) throw privateAddress(error, settings.address);
      const message = error instanceof Error ? error.message || error.name : String(error);
      if (timeout.aborted || /Timeout/.test(message))
        throw new CallFailure("timeout", `no answer within ${timeoutMs} ms`, { cause: error });
      throw new CallFailure("down", `${url.origin}: ${message}`, { cause: error });
    }
  }

  return {
    async post(path, body, { signal, maxRetries = options.maxRetries }) {
      const url = new URL(path, base);
      const text = JSON.stringify(body);
      for (let failures = 0; ; failures++) {
        try {
          return await postOnce(url, text, signal);
        } catch (error) {
          if (
            !(error instanceof CallFailure) ||
            error.kind === "refused" ||
            failures >= maxRetries ||
            error.retryAfterMs > longestWaitMs
          )
            throw error;
          const jitterMs = jitteredDelayMs(failures, { baseMs: 250 });
          await sleep(error.retryAfterMs + jitterMs, signal);
          signal.throwIfAborted();
        }
      }
    },
    close: () => agent.destroy(),
  };
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CallFailure("broken", "the endpoint's answer is not JSON", { cause });
  }
}

type Context = { retryAfter: string | string[] | undefined; settings: EndpointOptions["settings"]; url: URL };

function toFailure(status: number, body: string, { retryAfter, settings, url }: Context): Error {
  const said = `the endpoint answered ${status}: ${body.replace(/\s+/g, " ").slice(0, 300)}`;
  if (status === 401 || status === 403)
    return new TaskError("endpoint_unauthorized", `${said}; check ${settings.key}`, { fate: "final" });
  if (status === 404)
    return new TaskError("endpoint_not_found", `${said}; check ${settings.address} (asked ${url.href})`, {
      fate: "final",
    });
  if (status >= 300 && status < 400) {
    return new TaskError(
      "endpoint_redirects",
      `${said}; redirects are not followed, so set ${settings.address} to the final address`,
      { fate: "final" },
    );
  }
  if ([408, 425, 429, 502, 503, 504].includes(status))
    return new CallFailure("down", said, { retryAfterMs: toMs(retryAfter) });
  return new CallFailure(status >= 500 ? "broken" : "refused", said);
}

/** `Retry-After` is seconds or a date. */
function toMs(retryAfter: string | string[] | undefined): number {
  const value = String(retryAfter ?? "0");
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function privateAddress(error: PrivateAddressError, address: string): TaskError {
  const message = `${error.message}; the runner connects to it only with WHETSTONE_ALLOW_PRIVATE_ENDPOINTS=1 (${address})`;
  return new TaskError("endpoint_private_address", message, { fate: "final", cause: error });
}
