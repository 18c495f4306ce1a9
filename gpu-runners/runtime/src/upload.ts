import { openAsBlob } from "node:fs";
import type { OutputFile } from "@whetstone/schemas/tasks";
import { TaskError } from "./errors.ts";
import { retry } from "./retry.ts";

const tries = 8;
const putTimeoutMs = 15 * 60_000;

export interface UploadTarget {
  url: string;
  headers: Record<string, string>;
}
export interface UploadRequest {
  file: OutputFile;
  /** Where the bytes are: a local path, or themselves. */
  source: string | Uint8Array;
  /** A presigned address for this file, a fresh one each time. */
  target(): Promise<UploadTarget>;
  signal: AbortSignal;
  fetch: typeof fetch;
}

/** PUTs a file; S3 itself refuses bytes that do not have the SHA-256 in the signed headers. Each try uses a fresh address. */
export async function upload({ file, source, target, signal, fetch: send }: UploadRequest): Promise<void> {
  await retry(
    async (failures) => {
      const { url, headers } = await target();
      const body = typeof source === "string" ? await openAsBlob(source) : new Blob([source]);
      const response = await send(url, {
        method: "PUT",
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(putTimeoutMs)]),
      });
      const answer = await response.text();
      if (response.ok) return;
      // The try before did arrive, only its answer was lost.
      if (response.status === 412 && failures > 0) return;
      throw new TaskError(
        "upload_failed",
        `output ${file.name} could not be stored: storage answered ${response.status} ${storageCode(answer)}`,
      );
    },
    { tries, signal, isWorthRetrying: (error) => !isSettled(error) },
  );
}

function storageCode(xml: string): string {
  return /<Code>(\w{1,60})<\/Code>/.exec(xml)?.[1] ?? "";
}

/** The API said no for good (the lease is gone): another try changes nothing. */
function isSettled(error: unknown): boolean {
  return (
    error instanceof Error &&
    "status" in error &&
    typeof error.status === "number" &&
    error.status >= 400 &&
    error.status < 500
  );
}
