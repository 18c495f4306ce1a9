/** Where a log breaks a rule, and which. Lines count from 1, the header included. */
export interface Fault {
  file: string;
  line?: number;
  column?: string;
  rule: string;
}

/** Something about the user's data or options that keeps metrics from being computed. The message is one clear sentence. */
export class LifelongError extends Error {
  readonly faults: readonly Fault[];

  constructor(message: string, options: ErrorOptions & { faults?: readonly Fault[] } = {}) {
    super(message, options);
    this.name = "LifelongError";
    this.faults = options.faults ?? [];
  }
}

/** `data-log.tsv, line 7, column reward: is not a number`. */
export function formatFault({ file, line, column, rule }: Fault): string {
  return `${[file, ...(line === undefined ? [] : [`line ${line}`]), ...(column ? [`column ${column}`] : [])].join(", ")}: ${rule}`;
}
