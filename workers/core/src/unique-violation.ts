/** Whether a write failed because a row of the same unique value is there already. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes("UNIQUE constraint failed") || isUniqueViolation(error.cause);
}

/** Whether a write failed because it would have left a value empty; conditional batches break themselves off that way. */
export function isNullViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes("NOT NULL constraint failed") || isNullViolation(error.cause);
}
