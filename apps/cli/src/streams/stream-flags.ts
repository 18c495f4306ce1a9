import { CliError } from "../errors.ts";

export interface StreamFlags {
  stream?: string;
  lifetime?: string;
  streamTask?: string;
}

/** The `stream` of a run, from the flags that commands which measure something share. */
export function toStreamEntry({ stream, lifetime, streamTask }: StreamFlags): {
  stream?: { streamId: string; taskName: string; lifetime?: string };
} {
  if (stream === undefined && (lifetime !== undefined || streamTask !== undefined))
    throw new CliError("--lifetime and --stream-task go with --stream", { exitCode: 2 });
  if (stream === undefined) return {};
  if (streamTask === undefined) throw new CliError("--stream needs --stream-task", { exitCode: 2 });
  return { stream: { streamId: stream, taskName: streamTask, ...(lifetime === undefined ? {} : { lifetime }) } };
}
