import { Problem } from "../api/errors.ts";

/** A request the API answered with problem details, or could not answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly fields: NonNullable<Problem["errors"]>;

  constructor(status: number, problem: Partial<Problem>, options?: ErrorOptions) {
    super(problem.detail ?? `the API answered ${status}`, options);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "unreachable" : "internal");
    this.requestId = problem.request_id ?? null;
    this.fields = problem.errors ?? [];
  }
}

export interface ClientOptions {
  baseUrl: string;
  /** Left out in a page of our own, whose session cookie says who asks. */
  key?: string;
  fetch?: typeof fetch;
  /** Tries after the first, for answers worth another try. Default 5. */
  retries?: number;
  timeoutMs?: number;
  /** Drawn once a request for its `Idempotency-Key`. */
  newKey?: () => string;
  random?: () => number;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** A body that is sent as it is, with its own content type, instead of `body` as JSON. */
  raw?: { type: string; text: string };
  /** The answer is taken as it is. */
  isText?: boolean;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export type Send = (call: Call) => Promise<unknown>;

const retryable = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
/** The request before this one, whose answer was lost, is still being worked on. */
const isInProgress = ({ code }: ApiError): boolean => code === "idempotency_in_progress";
const maxDelayMs = 10_000;

/**
 * One function that sends a call and parses the answer. Every POST carries an `Idempotency-Key`, drawn once, so a retry after
 * a lost answer can't do the work twice. Retries are limited and back off with full jitter; `Retry-After` is honoured.
 */
export function createSend(options: ClientOptions): Send {
  const { retries = 5, timeoutMs = 30_000, newKey = () => crypto.randomUUID(), random = Math.random } = options;
  const send = options.fetch ?? fetch;

  return async function sendCall(call) {
    const url = new URL(call.path, options.baseUrl);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = { ...toAuthorization(options), accept: "application/json" };
    const method = call.method ?? "GET";
    if (method === "POST") headers["idempotency-key"] = newKey();
    const { type, text: content } = call.raw ?? { type: "application/json", text: toJson(call.body) };
    if (content !== null) headers["content-type"] = type;

    for (let attempt = 0; ; attempt += 1) {
      const error = await once();
      if (!(error instanceof ApiError)) return error.value;
      const isLast =
        attempt >= retries || !(retryable.has(error.status) || isInProgress(error)) || call.signal?.aborted === true;
      if (isLast) throw error;
      await sleep(error.retryAfterMs ?? random() * Math.min(maxDelayMs, 200 * 2 ** attempt), call.signal);
    }

    async function once(): Promise<{ value: unknown } | (ApiError & { retryAfterMs?: number })> {
      const timeout = AbortSignal.timeout(call.timeoutMs ?? timeoutMs);
      const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
      try {
        const response = await send(url, { method, headers, body: content, signal });
        const text = await response.text();
        if (response.ok) return { value: text === "" || call.isText ? text || null : JSON.parse(text) };
        const failure = new ApiError(response.status, toProblem(text));
        const after = Number(response.headers.get("retry-after"));
        return after > 0 ? Object.assign(failure, { retryAfterMs: Math.min(after * 1000, maxDelayMs) }) : failure;
      } catch (cause) {
        call.signal?.throwIfAborted();
        return new ApiError(0, { detail: `${url.origin} can't be reached: ${reasonOf(cause)}` }, { cause });
      }
    }
  };
}

/** The header that says who asks. */
export function toAuthorization({ key }: Pick<ClientOptions, "key">): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

const toJson = (body: unknown): string | null => (body === undefined ? null : JSON.stringify(body));

/** `fetch` hides the reason a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function toProblem(text: string): Partial<Problem> {
  try {
    return Problem.partial().parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Resolves after `ms`, or at once when the signal fires. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
