export type LogFields = Record<string, string | number | boolean | null | undefined>;
export type Log = (event: string, fields?: LogFields) => void;

/** One line an event on stderr: JSON, or `time event key=value` for people. */
export function createLog({
  isJson,
  write = (line: string) => void process.stderr.write(line),
}: {
  isJson: boolean;
  write?: (line: string) => void;
}): Log {
  return (event, fields = {}) => {
    const at = new Date().toISOString();
    if (isJson) return write(`${JSON.stringify({ at, event, ...fields })}\n`);
    const rest = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${toText(value)}`],
    );
    write(`${[at, event, ...rest].join(" ")}\n`);
  };
}

function toText(value: LogFields[string]): string {
  return typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value);
}
