import type { ErrorCode } from "@whetstone/schemas/api";

/** What each code means and what to do. Forget one and tsc fails. */
export const errorHelp: Record<ErrorCode, string> = {
  invalid_input:
    "The request can't be used as it is. The member errors names each field with a JSON pointer and says what is wrong.",
  invalid_cursor: "The query parameter after must be the last_id of the page before, from the same list.",
  unauthorized: "The key is missing or not known. Send it as authorization: Bearer wsk_...",
  key_expired: "The key's time is over. Make another one.",
  key_revoked: "The key was revoked. Use another one.",
  missing_scope: "The key may not do this. Make a key that holds the scope the message names.",
  not_found: "There is nothing of this id in your workspace, or no such address.",
  method_not_allowed: "The address exists and does not take this method. The header allow names those it takes.",
  conflict: "The request does not fit what is there: a name that is taken, or something that was settled before.",
  precondition_failed: "What you expected has changed meanwhile. Read it again and repeat.",
  payload_too_large: "The body is larger than the API takes. Bytes of files belong into uploads, straight to S3.",
  idempotency_key_reused: "This Idempotency-Key came with another body before. Draw a new key for a new request.",
  idempotency_in_progress: "The first request with this Idempotency-Key is still running. Ask again in a moment.",
  rate_limited: "This key asks too often. Wait as long as the header retry-after says.",
  quota_exceeded: "The workspace has reached a limit that the message names. Free something or ask for more.",
  upload_not_ready: "The upload is not complete. Send its missing parts and complete it.",
  upload_expired: "Uploads last seven days. Start a new one.",
  checksum_mismatch: "The bytes do not have the announced SHA-256. Send them again.",
  lease_lost: "Another attempt owns this task now. Drop the work; nothing of it counts.",
  run_not_cancellable: "The run has ended already.",
  run_not_retryable:
    "Only failed tasks of a run that failed or is running can be tried again. Start another run instead.",
  index_missing: "The version is too large to be searched without an index. Start a run of kind index, then ask again.",
  not_runnable:
    "All parts are there and fit their types, but together they can't run. The message says which part, and what to put in its place.",
  storage_unavailable: "The object storage does not answer. Try again soon.",
  internal: "Something broke on our side. The request id finds the whole story in our log.",
};
