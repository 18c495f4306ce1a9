import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Upload, UploadPart } from "@whetstone/schemas/api";
import { type Client, sleep } from "@whetstone/schemas/client";
import { CliError } from "./errors.ts";
import type { Packed } from "./pack.ts";
import type { ProgressBar } from "./progress.ts";
import { createResumeFile, type ResumeFile } from "./resume-file.ts";

const partsAtOnce = 4;
const addressesAtOnce = 50;
const maxTries = 6;
const partTimeoutMs = 15 * 60_000;

export interface UploadOptions {
  api: Client;
  bar: Pick<ProgressBar, "update">;
  /** Where what has arrived is noted, so that a second try goes on instead of starting again. */
  resumeFolder?: string;
  fetch?: typeof fetch;
  random?: () => number;
}

/** Sends a file in presigned parts, several at once, and completes the upload. Bytes go straight to the storage. */
export async function uploadFile(file: Packed, options: UploadOptions): Promise<Upload> {
  if (file.sizeBytes === 0) throw new CliError(`${file.path} is empty`);
  const resume = await createResumeFile(options.resumeFolder, file.sha256);
  const upload = await openUpload(file, { api: options.api, resume });
  if (upload.status === "completed") return upload;
  const sent = await sendParts(upload, { ...options, file, resume });
  const parts = [...sent].toSorted(([a], [b]) => a - b).map(([partNumber, etag]) => ({ partNumber, etag }));
  const completed = await options.api.uploads.complete(upload.id, { parts });
  await resume.forget();
  return completed;
}

async function openUpload(
  { filename, sizeBytes, sha256 }: Packed,
  { api, resume }: { api: Client; resume: ResumeFile },
): Promise<Upload> {
  if (resume.uploadId !== undefined) {
    const before = await api.uploads.get(resume.uploadId).catch(() => undefined);
    if (before?.sha256 === sha256 && (before.status === "pending" || before.status === "completed")) return before;
  }
  const upload = await api.uploads.create({ filename, sizeBytes, sha256 });
  await resume.start(upload.id);
  return upload;
}

type Sending = UploadOptions & { file: Packed; resume: ResumeFile };

async function sendParts(upload: Upload, { api, bar, file, resume, ...rest }: Sending): Promise<Map<number, string>> {
  const sent = new Map(resume.etags);
  const missing = Array.from({ length: upload.partCount }, (_, index) => index + 1).filter((part) => !sent.has(part));
  const addresses = createAddresses(api, upload);
  const stopping = new AbortController();
  await using handle = await open(file.path);
  const sizeOf = (part: number): number => Math.min(upload.partBytes, file.sizeBytes - (part - 1) * upload.partBytes);
  const report = (): void =>
    bar.update({
      done: [...sent.keys()].reduce((sum, part) => sum + sizeOf(part), 0),
      total: file.sizeBytes,
      unit: "bytes",
    });
  report();

  async function work(): Promise<void> {
    for (let part = missing.shift(); part !== undefined; part = missing.shift()) {
      stopping.signal.throwIfAborted();
      const bytes = Buffer.alloc(sizeOf(part));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, (part - 1) * upload.partBytes);
      if (bytesRead !== bytes.length) throw new CliError(`${file.path} became shorter while it was read`);
      const etag = await putPart({ part, bytes, addresses, signal: stopping.signal, ...rest });
      sent.set(part, etag);
      await resume.note(part, etag);
      report();
    }
  }
  try {
    await Promise.all(Array.from({ length: partsAtOnce }, work));
  } finally {
    stopping.abort();
  }
  return sent;
}

interface Addresses {
  get(part: number): Promise<UploadPart>;
  forget(part: number): void;
}

/** Addresses of parts, asked for many at a time; an expired one is asked for again. */
function createAddresses(api: Client, upload: Upload): Addresses {
  const known = new Map<number, Promise<UploadPart>>();
  return {
    forget: (part) => void known.delete(part),
    async get(part) {
      const found = await known.get(part);
      if (found) return found;
      const page = api.uploads.parts(upload.id, {
        from: part,
        count: Math.min(addressesAtOnce, upload.partCount - part + 1),
      });
      const pick = (number: number) =>
        page.then(({ data }) => {
          const address = data.find(({ partNumber }) => partNumber === number);
          if (address) return address;
          throw new CliError(`the API gave no address for part ${number} of upload ${upload.id}`);
        });
      for (let next = part; next < part + addressesAtOnce && next <= upload.partCount; next += 1) {
        const address = pick(next);
        address.catch(() => undefined);
        known.set(next, address);
      }
      return pick(part);
    },
  };
}

interface PutPart extends Pick<UploadOptions, "fetch" | "random"> {
  part: number;
  bytes: Buffer<ArrayBuffer>;
  addresses: Addresses;
  signal: AbortSignal;
}

/** The storage compares the bytes with `Content-MD5` and refuses what was damaged on the way. */
async function putPart({ part, bytes, addresses, signal, ...rest }: PutPart): Promise<string> {
  const send = rest.fetch ?? fetch;
  const md5 = createHash("md5").update(bytes).digest("base64");
  for (let tries = 1; ; tries += 1) {
    const outcome = await once();
    if (typeof outcome === "string") return outcome;
    signal.throwIfAborted();
    if (tries >= maxTries)
      throw new CliError(`part ${part} could not be uploaded: ${outcome.reason}`, {
        hint: "run the same command again; parts that arrived are kept",
      });
    addresses.forget(part);
    await sleep((rest.random ?? Math.random)() * Math.min(10_000, 300 * 2 ** tries), signal);
  }

  async function once(): Promise<string | { reason: string }> {
    const { url } = await addresses.get(part);
    try {
      const signals = AbortSignal.any([signal, AbortSignal.timeout(partTimeoutMs)]);
      const response = await send(url, {
        method: "PUT",
        body: bytes,
        headers: { "content-md5": md5 },
        signal: signals,
      });
      const text = await response.text();
      const etag = response.headers.get("etag");
      if (response.ok && etag) return etag;
      return { reason: `the storage answered ${response.status} ${/<Code>([^<]*)/.exec(text)?.[1] ?? ""}`.trim() };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { reason: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}
