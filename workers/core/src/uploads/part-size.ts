import { maxParts } from "@whetstone/schemas/api";

const mebibyte = 1024 ** 2;
const smallestBytes = 8 * mebibyte;

/** Bytes of every part but the last: whole mebibytes, at least eight, and few enough parts for S3. */
export function partBytesFor(sizeBytes: number): number {
  return Math.max(smallestBytes, Math.ceil(sizeBytes / maxParts / mebibyte) * mebibyte);
}

/** Bytes of part `partNumber`, counted from one. */
export function sizeOfPart(
  { sizeBytes, partBytes }: { sizeBytes: number; partBytes: number },
  partNumber: number,
): number {
  return Math.min(partBytes, sizeBytes - (partNumber - 1) * partBytes);
}
