import type { TaskParams } from "@whetstone/runtime";
import type { ArchiveIndex } from "./archive-index.ts";
import { isClutter, type Member, MemberDamaged, readMember } from "./archive-member.ts";
import type { Decoded, DecoderPool } from "./decoder-pool.ts";
import { type ImageFormat, looksLikeImage, sniffFormat } from "./image-format.ts";
import type { Archive } from "./open-archive.ts";
import { findSampleText, sampleKey, type SampleText } from "./sample-text.ts";
import type { Reject, Scan } from "./scan-archive.ts";

const maxAhead = 16;
const maxAheadBytes = 48 * 1024 ** 2;

export interface SampleOptions {
  index: ArchiveIndex;
  scan: Scan;
  decoders: DecoderPool;
  reject: Reject;
  signal: AbortSignal;
  /** Of all samples whose place in the archive tells none. */
  split: string | undefined;
  params: Pick<TaskParams<"ingest-archive">, "maxImageBytes" | "maxImagePixels">;
}
export interface FoundSample {
  path: string;
  image: Buffer;
  format: ImageFormat;
  text: SampleText;
  width: number;
  height: number;
  phash: string | null;
}
type Candidate = Omit<FoundSample, "width" | "height" | "phash">;
type Refusal = Omit<Parameters<Reject>[0], "path">;

/** Second pass: each image in the order of the archive, checked; null for one that was refused. A few decode ahead of the one asked for. */
export async function* openSamples(archive: Archive, options: SampleOptions): AsyncGenerator<FoundSample | null> {
  const ahead: { candidate: Candidate | Refusal; path: string; decoded: Promise<Decoded> | undefined }[] = [];
  let aheadBytes = 0;

  for await (const member of archive.members()) {
    options.signal.throwIfAborted();
    if (!isSampleImage(member.path, options)) continue;
    const candidate = await readCandidate(member, options);
    const decoded =
      "image" in candidate
        ? options.decoders.decode({
            bytes: candidate.image,
            format: candidate.format,
            maxPixels: options.params.maxImagePixels,
          })
        : undefined;
    // Whoever takes the sample from the queue hears of it.
    decoded?.catch(() => {});
    ahead.push({ candidate, path: member.path, decoded });
    if ("image" in candidate) aheadBytes += candidate.image.length;
    while (ahead.length >= maxAhead || aheadBytes > maxAheadBytes) yield await takeFirst();
  }
  while (ahead.length > 0) yield await takeFirst();

  async function takeFirst(): Promise<FoundSample | null> {
    const first = ahead.shift();
    if (!first) return null;
    const { candidate, path, decoded } = first;
    if (!("image" in candidate) || !decoded) {
      options.reject({ path, ...(candidate as Refusal) });
      return null;
    }
    aheadBytes -= candidate.image.length;
    const size = await decoded;
    if ("code" in size) {
      options.reject({ path, ...size });
      return null;
    }
    return { ...candidate, ...size };
  }
}

function isSampleImage(path: string, { index, scan }: SampleOptions): boolean {
  if (isClutter(path)) return false;
  return looksLikeImage(path) || (scan.layout === "metadata" && index.texts(path).has("row"));
}

async function readCandidate(
  member: Member,
  { index, scan, params, split }: SampleOptions,
): Promise<Candidate | Refusal> {
  const key = sampleKey(member.path, scan);
  if (!index.putImage(key)) return { code: "uid_duplicate", detail: `sample ${key} has an image already` };
  if (member.sizeBytes > params.maxImageBytes)
    return { code: "image_too_large", detail: `it has ${member.sizeBytes} bytes; ${params.maxImageBytes} are allowed` };
  const image = await readMember(member).catch((error: unknown) => {
    if (error instanceof MemberDamaged) return error;
    throw error;
  });
  if (image instanceof MemberDamaged) return { code: "image_undecodable", detail: image.message };
  if (image.length > params.maxImageBytes)
    return { code: "image_too_large", detail: `it has ${image.length} bytes; ${params.maxImageBytes} are allowed` };
  const format = sniffFormat(image);
  if (!format)
    return {
      code: "image_unsupported_format",
      detail: "its first bytes are not those of jpeg, png, webp, gif, tiff or avif",
    };
  const text = findSampleText({ ...member, split: member.split ?? split }, { index, scan });
  if (!("ok" in text)) return text;
  return { path: member.path, image, format, text: text.ok };
}
