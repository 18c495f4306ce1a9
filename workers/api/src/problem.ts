import { AppError } from "@whetstone/core/errors";
import { type ErrorCode, errorStatus, type Problem } from "@whetstone/schemas/api";
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppEnv } from "./env.ts";
import { describe, log } from "./log.ts";

/** Seconds after which another try may fare better. */
const retryAfter: Partial<Record<ErrorCode, number>> = {
  rate_limited: 10,
  storage_unavailable: 2,
  idempotency_in_progress: 1,
};

/** Expected failures answer their code; anything else is logged whole and answers its request id only. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const expected = toAppError(error);
  if (expected) return toResponse(c, expected);
  log("error", "internal", {
    requestId: c.var.requestId,
    method: c.req.method,
    path: c.req.path,
    error: describe(error),
  });
  return toResponse(
    c,
    new AppError("internal", `something broke on our side; tell us the request id ${c.var.requestId}`),
  );
};

/** 405 where another method of the path exists, else 404. */
export function onNotFound(methodsOf: (path: string) => string[]): NotFoundHandler<AppEnv> {
  return (c) => {
    const methods = methodsOf(c.req.path);
    if (methods.length === 0)
      return toResponse(c, new AppError("not_found", `there is nothing at ${c.req.path}; see /docs`));
    const error = new AppError("method_not_allowed", `${c.req.path} takes ${methods.join(", ")}, not ${c.req.method}`);
    return toResponse(c, error, { allow: methods.join(", ") });
  };
}

function toAppError(error: Error): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status === 400)
    return new AppError("invalid_input", "the body is not valid JSON", { cause: error });
  if (error instanceof HTTPException && error.status === 415) {
    return new AppError("invalid_input", "send the body as JSON, with content-type: application/json", {
      cause: error,
    });
  }
  return undefined;
}

function toResponse(c: Context<AppEnv>, error: AppError, headers: Record<string, string> = {}): Response {
  const status = errorStatus[error.code];
  const problem: Problem = {
    type: new URL(`/errors/${error.code}`, c.req.url).href,
    title: error.code.replaceAll("_", " "),
    status,
    detail: error.message,
    instance: c.req.path,
    code: error.code,
    ...(error.fields.length > 0 ? { errors: [...error.fields] } : {}),
    request_id: c.var.requestId,
  };
  const wait = retryAfter[error.code];
  return c.body(JSON.stringify(problem), status, {
    "content-type": "application/problem+json",
    ...(wait === undefined ? {} : { "retry-after": String(wait) }),
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="whetstone"' } : {}),
    ...headers,
  });
}
