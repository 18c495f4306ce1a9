/** A failure the user can do something about. `exitCode` 2 is wrong usage. */
export class CliError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { hint?: string; exitCode?: 1 | 2 } = {}) {
    super(message, options);
    this.name = "CliError";
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}

export interface Failure {
  code: string;
  message: string;
  hint?: string;
  requestId?: string;
  fields?: { pointer: string; detail: string }[];
  exitCode: number;
}

export function failureOf({ message, hint, exitCode }: CliError): Failure {
  return { code: exitCode === 2 ? "usage" : "failed", message, ...(hint ? { hint } : {}), exitCode };
}

export function formatFailure(failure: Failure): string {
  const lines = [`error: ${failure.message}`];
  for (const { pointer, detail } of failure.fields ?? []) lines.push(`  ${pointer}: ${detail}`);
  if (failure.hint) lines.push(`  try: ${failure.hint}`);
  if (failure.requestId) lines.push(`  request: ${failure.requestId}`);
  return lines.join("\n");
}
