import { archiveError } from "./archive-limits.ts";

/** A plain file inside an archive; read it before asking for the next one. */
export interface Member {
  path: string;
  sizeBytes: number;
  /** Of a benchmark set, where the place in the archive tells it. */
  split?: string;
  /** Its bytes; throws `MemberDamaged` when they are not what the archive says. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** One member's bytes are broken while the rest of the archive can still be read. */
export class MemberDamaged extends Error {}

export async function readMember(member: Member): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of member.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The path as we keep it, or an error for one that points outside of the archive. */
export function checkPath(path: string): string {
  const isUnsafe =
    /^(?:[\\/]|[a-z]:)/i.test(path) || path.split(/[\\/]/).includes("..") || path.includes("\0") || path.length > 1024;
  if (isUnsafe)
    throw archiveError(
      "archive_unsafe_path",
      `member ${JSON.stringify(path.slice(0, 200))} points outside of the archive: use plain relative paths`,
    );
  return path.replace(/\\/g, "/").replace(/^(?:\.\/)+/, "");
}

/** Files that systems leave behind unasked. */
export function isClutter(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX" || part === "Thumbs.db");
}
