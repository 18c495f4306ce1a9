/** Results go to stdout, everything else to stderr, so that a pipe carries results only. */
export interface Output {
  readonly isJson: boolean;
  /** One result: a JSON document (one line) with --json, else the text for people. */
  print(value: unknown, text: string): void;
  /** A word on the way, for people. */
  note(message: string): void;
}

export function createOutput(flags: { json?: boolean }): Output {
  const isJson = flags.json === true;
  return {
    isJson,
    print: (value, text) => void process.stdout.write(`${isJson ? JSON.stringify(value) : text}\n`),
    note: (message) => void process.stderr.write(`${message}\n`),
  };
}

/** A reader that went away (`whetstone run list | head`) is no error; words nobody hears any more are dropped. */
export function surviveClosedPipes(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    // A command that has something to tidy up listens for SIGTERM.
    if (!process.emit("SIGTERM", "SIGTERM")) process.exit(0);
  });
}

/** Rows as columns of text; the first row is the head. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
