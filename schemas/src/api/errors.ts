import { z } from "zod";

/** Stable codes of problem details. Forget one in `errorStatus` and tsc fails. */
export const ErrorCode = z.enum([
  "invalid_input",
  "invalid_cursor",
  "unauthorized",
  "key_expired",
  "key_revoked",
  "missing_scope",
  "not_found",
  "method_not_allowed",
  "conflict",
  "precondition_failed",
  "payload_too_large",
  "idempotency_key_reused",
  "idempotency_in_progress",
  "rate_limited",
  "quota_exceeded",
  "upload_not_ready",
  "upload_expired",
  "checksum_mismatch",
  "lease_lost",
  "run_not_cancellable",
  "run_not_retryable",
  "index_missing",
  "not_runnable",
  "storage_unavailable",
  "internal",
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

export const errorStatus = {
  invalid_input: 400,
  invalid_cursor: 400,
  unauthorized: 401,
  key_expired: 401,
  key_revoked: 401,
  missing_scope: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  idempotency_key_reused: 422,
  idempotency_in_progress: 409,
  rate_limited: 429,
  quota_exceeded: 403,
  upload_not_ready: 409,
  upload_expired: 410,
  checksum_mismatch: 422,
  lease_lost: 409,
  run_not_cancellable: 409,
  run_not_retryable: 409,
  index_missing: 409,
  not_runnable: 422,
  storage_unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** RFC 9457 problem details with our members `code`, `errors` and `request_id`. */
export const Problem = z
  .object({
    type: z.string().meta({ description: "address of a page about this code" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    code: ErrorCode,
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
    request_id: z.string(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
