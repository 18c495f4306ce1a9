import type { BaseRow } from "@whetstone/schemas/tasks";

export type ImageFormat = BaseRow["imageFormat"];

/** File extension of each format taken. */
export const extensionOf = {
  jpeg: "jpg",
  png: "png",
  webp: "webp",
  gif: "gif",
  tiff: "tif",
  avif: "avif",
} as const satisfies Record<ImageFormat, string>;

const named = new Set([
  "jpg",
  "jpeg",
  "jpe",
  "png",
  "webp",
  "gif",
  "tif",
  "tiff",
  "avif",
  "bmp",
  "heic",
  "heif",
  "jp2",
  "jxl",
  "ico",
  "ppm",
  "pgm",
  "svg",
  "psd",
]);

/** Whether a name claims to be an image; its bytes decide whether it is one we take. */
export function looksLikeImage(path: string): boolean {
  return named.has(path.slice(path.lastIndexOf(".") + 1).toLowerCase());
}

/** The format by magic bytes, if it is one of those taken. */
export function sniffFormat(bytes: Buffer): ImageFormat | undefined {
  const ascii = (start: number, end: number): string => bytes.toString("latin1", start, end);
  if (ascii(0, 3) === "\xff\xd8\xff") return "jpeg";
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "webp";
  if (ascii(0, 6) === "GIF87a" || ascii(0, 6) === "GIF89a") return "gif";
  if (ascii(0, 4) === "II*\0" || ascii(0, 4) === "MM\0*") return "tiff";
  if (ascii(4, 8) === "ftyp" && /avi[fs]/.test(ascii(8, Math.min(64, 8 + bytes.readUInt32BE(0))))) return "avif";
  return undefined;
}
