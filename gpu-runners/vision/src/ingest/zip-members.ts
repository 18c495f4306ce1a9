import { crc32 } from "node:zlib";
import { TaskError } from "@whetstone/runtime";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { archiveError, type BombGuard } from "./archive-limits.ts";
import { checkPath, type Member, MemberDamaged } from "./archive-member.ts";

const kindMask = 0o170000;
const plainFile = 0o100000;
const folder = 0o040000;

/** The plain files of a zip in the order of its directory. */
export async function* zipMembers(path: string, { guard }: { guard: BombGuard }): AsyncGenerator<Member> {
  let zip: ZipFile | undefined;
  let last = "";
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    const opened = zip;
    for await (const entry of zip.eachEntry()) {
      const memberPath = checkPath(entry.fileName);
      guard.member(memberPath, entry.uncompressedSize);
      last = memberPath;
      checkKind(entry, memberPath);
      if (memberPath.endsWith("/")) continue;
      yield { path: memberPath, sizeBytes: entry.uncompressedSize, chunks: () => chunksOf(opened, entry, guard) };
    }
  } catch (error) {
    throw toArchiveError(error, last);
  } finally {
    zip?.close();
  }
}

function checkKind(entry: Entry, path: string): void {
  const kind = (entry.externalFileAttributes >>> 16) & kindMask;
  if (kind !== 0 && kind !== plainFile && kind !== folder)
    throw archiveError("archive_link", `member ${path} is a link or a device: only plain files are taken`);
  if (entry.isEncrypted())
    throw archiveError("archive_unknown_format", `member ${path} is encrypted: upload the archive without a password`);
  if (!entry.canDecodeFileData())
    throw archiveError(
      "archive_unknown_format",
      `member ${path} uses compression method ${entry.compressionMethod}: use deflate or none`,
    );
}

async function* chunksOf(zip: ZipFile, entry: Entry, guard: BombGuard): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let bytes = 0;
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      guard.inflated(chunk.length);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof TaskError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/too many bytes/.test(reason))
      throw archiveError(
        "archive_bomb",
        `member ${entry.fileName} inflates to more than the ${entry.uncompressedSize} bytes it declares`,
        error,
      );
    throw new MemberDamaged(`its data are damaged after ${bytes} bytes: ${reason}`, { cause: error });
  }
  if (sum !== entry.crc32) throw new MemberDamaged("its CRC-32 does not match");
}

/** What yauzl says of a zip as a whole. */
function toArchiveError(error: unknown, last: string): unknown {
  if (!(error instanceof Error) || error instanceof TaskError || error instanceof MemberDamaged || "code" in error)
    return error;
  const { message } = error;
  if (/^(?:absolute path|invalid relative path|invalid characters)/.test(message))
    return archiveError("archive_unsafe_path", `${message}: use plain relative paths`, error);
  if (/multi-disk|strong encryption/.test(message)) return archiveError("archive_unknown_format", message, error);
  return archiveError(
    "archive_truncated",
    `the zip is broken ${last ? `after member ${last}` : "before its first member"} (${message}): upload it again`,
    error,
  );
}
