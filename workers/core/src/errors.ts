import type { ErrorCode } from "@whetstone/schemas/api";

export interface FieldError {
  /** JSON pointer into the body, or the name of a query parameter. */
  pointer: string;
  code: string;
  detail: string;
}

/** An expected failure. Anything else that is thrown is a bug and answers `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { fields?: readonly FieldError[] } = {}) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
    this.fields = options.fields ?? [];
  }
}

/** The one answer for an unknown id and for another workspace's. */
export function notFound(what: string, id: string): AppError {
  return new AppError("not_found", `${what} ${id} does not exist`);
}
