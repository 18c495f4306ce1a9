import { posix } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { TaskError } from "@whetstone/runtime";
import { extract } from "tar-stream";
import { archiveError, type BombGuard } from "./archive-limits.ts";
import { checkPath, type Member } from "./archive-member.ts";
import { splitOfName } from "./split-of-name.ts";

const blockBytes = 512;
const files = new Set(["file", "contiguous-file"]);

/** The plain files of a tar in order, in one pass over its bytes. */
export async function* tarMembers(
  source: Readable,
  { isGzip, guard }: { isGzip: boolean; guard: BombGuard },
): AsyncGenerator<Member> {
  const tar = extract();
  let tail: Buffer = Buffer.alloc(0);
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      tail =
        chunk.length >= blockBytes ? chunk.subarray(-blockBytes) : Buffer.concat([tail, chunk]).subarray(-blockBytes);
      try {
        guard.inflated(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  let failure: unknown;
  const flowing = (isGzip ? pipeline(source, createGunzip(), counted, tar) : pipeline(source, counted, tar)).catch(
    (error: unknown) => {
      failure ??= error;
    },
  );

  async function* chunksOf(entry: AsyncIterable<Uint8Array>, memberPath: string): AsyncGenerator<Uint8Array> {
    try {
      yield* entry;
    } catch (error) {
      throw toArchiveError(failure instanceof TaskError ? failure : error, memberPath);
    }
  }

  let last = "";
  try {
    for await (const entry of tar) {
      const { name, size, type } = entry.header;
      const memberPath = checkPath(name);
      guard.member(memberPath, size);
      last = memberPath;
      if (type !== "directory") {
        if (!files.has(type ?? ""))
          throw archiveError(
            "archive_link",
            `member ${memberPath} is a ${type ?? "special file"}: only plain files are taken`,
          );
        yield {
          path: memberPath,
          sizeBytes: size,
          chunks: () => chunksOf(entry as AsyncIterable<Uint8Array>, memberPath),
        };
      }
      entry.resume();
    }
    await flowing;
    if (failure) throw failure;
  } catch (error) {
    throw toArchiveError(failure instanceof TaskError ? failure : error, last);
  } finally {
    tar.destroy();
    source.destroy();
  }
  if (tail.some((byte) => byte !== 0)) throw truncated(last);
}

/** Tars inside an archive are opened too, one deep: CLIP_benchmark's `test/0.tar` gives members `test/0/...` of the split `test`. */
export async function* withInnerTars(members: AsyncIterable<Member>, guard: BombGuard): AsyncGenerator<Member> {
  for await (const member of members) {
    if (!/\.tar$/i.test(member.path)) {
      yield member;
      continue;
    }
    const folder = member.path.slice(0, -".tar".length);
    const split = splitOfName(posix.basename(posix.dirname(member.path)));
    for await (const inner of tarMembers(Readable.from(member.chunks()), { isGzip: false, guard }))
      yield { ...inner, path: posix.join(folder, inner.path), ...(split !== undefined && { split }) };
  }
}

function toArchiveError(error: unknown, last: string): unknown {
  if (error instanceof TaskError || !isFormatError(error)) return error;
  return truncated(last, error);
}

/** What tar-stream and zlib say of broken bytes; anything else is not about the archive. */
function isFormatError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /unexpected end|invalid (?:tar )?header|header exceeds|premature close|writable stream closed|stream was destroyed/i.test(
      error.message,
    ) ||
    ("code" in error && /^(?:Z_|ERR_STREAM_PREMATURE)/.test(String(error.code)))
  );
}

function truncated(last: string, cause?: unknown) {
  return archiveError(
    "archive_truncated",
    last
      ? `the tar breaks off in or after member ${last}: upload it again`
      : "the tar breaks off before its first member: upload it again",
    cause,
  );
}
