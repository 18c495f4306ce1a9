/** One JSON line a happening; the platform collects them. */
export function log(level: "info" | "error", event: string, fields: Record<string, unknown>): void {
  // oxlint-disable-next-line no-console -- the console is the Worker's log
  console[level](JSON.stringify({ event, ...fields }));
}

/** All that is known about an error, causes included. */
export function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}
