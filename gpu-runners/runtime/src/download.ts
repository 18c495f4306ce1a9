import { createHash, type Hash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { ApiError } from "@whetstone/schemas/client";
import { TaskError } from "./errors.ts";
import { retry } from "./retry.ts";

const maxSilenceMs = 30_000;
const triesPerFile = 8;

export interface DownloadRequest {
  name: string;
  path: string;
  sizeBytes: number;
  sha256: string | null;
  /** A presigned address; called with `true` when the last one was refused. */
  url(isRefused: boolean): Promise<string>;
  signal: AbortSignal;
  fetch: typeof fetch;
}

interface State {
  bytes: number;
  hash: Hash;
  isRefused: boolean;
}

/** Streams a file to disk. A broken transfer goes on where it stopped; an expired address is asked for again; the whole is checked. */
export async function download(request: DownloadRequest): Promise<string> {
  // One whole second try tells bytes broken on the way from bytes that are wrong at the source.
  for (let round = 0; round < 2; round += 1) {
    const state: State = { bytes: 0, hash: createHash("sha256"), isRefused: false };
    await retry(() => fetchRest(request, state), {
      tries: triesPerFile,
      signal: request.signal,
      isWorthRetrying: (error) => !isHopeless(error),
    });
    if (state.bytes === request.sizeBytes && (request.sha256 === null || state.hash.digest("hex") === request.sha256))
      return request.path;
    await rm(request.path, { force: true });
  }
  throw new TaskError(
    "checksum_mismatch",
    `input ${request.name} is not the file it was recorded as: upload it again`,
    { fate: "final" },
  );
}

async function fetchRest(request: DownloadRequest, state: State): Promise<void> {
  const silence = new AbortController();
  const url = await request.url(state.isRefused);
  let timer = setTimeout(() => silence.abort(), maxSilenceMs);
  try {
    const response = await request.fetch(url, {
      headers: state.bytes > 0 ? { range: `bytes=${state.bytes}-` } : {},
      signal: AbortSignal.any([request.signal, silence.signal]),
    });
    state.isRefused = response.status === 401 || response.status === 403;
    // 416: all bytes were there already when the connection broke.
    if (response.status === 416 && state.bytes === request.sizeBytes) return;
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new TaskError(
        "input_unavailable",
        `input ${request.name} could not be read: storage answered ${response.status}`,
      );
    }
    if (response.status !== 206) {
      state.bytes = 0;
      state.hash = createHash("sha256");
    }
    await using file = await open(request.path, state.bytes === 0 ? "w" : "r+");
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), maxSilenceMs);
      if (state.bytes + chunk.length > request.sizeBytes) {
        throw new TaskError("checksum_mismatch", `input ${request.name} is longer than recorded: upload it again`, {
          fate: "final",
        });
      }
      await file.write(chunk, 0, chunk.length, state.bytes);
      state.hash.update(chunk);
      state.bytes += chunk.length;
    }
    if (state.bytes < request.sizeBytes)
      throw new TaskError("input_unavailable", `input ${request.name} broke off after ${state.bytes} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** The bytes are wrong, or the task is somebody else's by now. */
function isHopeless(error: unknown): boolean {
  return error instanceof TaskError ? error.fate === "final" : error instanceof ApiError && error.code === "lease_lost";
}
