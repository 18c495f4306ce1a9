import { ApiError } from "@whetstone/schemas/client";
import { z } from "zod";
import { CliError, type Failure, failureOf } from "./errors.ts";

const hints: Partial<Record<string, string>> = {
  unreachable: "is it running? `whetstone up` starts it here, `whetstone login` names another",
  unauthorized: "run `whetstone login`, or set WHETSTONE_KEY to a key of this API",
  key_expired: "make a new key and run `whetstone login`",
  key_revoked: "make a new key and run `whetstone login`",
  not_found: "check the id; the `list` commands show what is there",
  rate_limited: "wait a minute and try again",
  quota_exceeded: "cancel runs that are no longer needed, or ask for a larger quota",
  storage_unavailable: "the object storage does not answer; try again in a minute",
};

/** What failed, why and what to try, from anything that was thrown. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ApiError) {
    const hint = hints[error.code];
    return {
      code: error.code,
      message: error.message,
      ...(hint ? { hint } : {}),
      ...(error.requestId ? { requestId: error.requestId } : {}),
      ...(error.fields.length > 0 ? { fields: error.fields.map(({ pointer, detail }) => ({ pointer, detail })) } : {}),
      exitCode: 1,
    };
  }
  if (error instanceof CliError) return failureOf(error);
  if (error instanceof z.ZodError) {
    const hint = "the CLI and the API may be of different versions";
    return {
      code: "unexpected_answer",
      message: `the API's answer is not understood: ${z.prettifyError(error)}`,
      hint,
      exitCode: 1,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "failed", message, exitCode: 1 };
}
