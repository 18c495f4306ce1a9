import { open, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Benchmark } from "@whetstone/schemas/api";
import { archiveError, type ArchiveLimits, type BombGuard, createBombGuard } from "./archive-limits.ts";
import type { Member } from "./archive-member.ts";
import { openParquet } from "./parquet-members.ts";
import { tarMembers, withInnerTars } from "./tar-members.ts";
import { zipMembers } from "./zip-members.ts";

const blockBytes = 512;

export interface Archive {
  format: "tar" | "tar.gz" | "zip" | "parquet";
  /** What the file's own schema says of its classes. */
  benchmark: Benchmark | null;
  /** A pass over its plain files; each call starts anew. */
  members(): AsyncGenerator<Member>;
}

/** Tells an archive by its first bytes, whatever it is called. */
export async function openArchive(path: string, limits: ArchiveLimits): Promise<Archive> {
  const { size } = await stat(path);
  if (size === 0) throw archiveError("archive_empty", "the file has no bytes: upload it again");
  const head = await readHead(path);
  const guard = () => createBombGuard(size, limits);
  if (head.subarray(0, 4).toString("latin1") === "PAR1") {
    const { benchmark, members } = await openParquet(path);
    return { format: "parquet", benchmark, members: () => members(guard()) };
  }
  const archive = (format: Archive["format"], read: (bombs: BombGuard) => AsyncIterable<Member>): Archive => ({
    format,
    benchmark: null,
    members: () => {
      const bombs = guard();
      return withInnerTars(read(bombs), bombs);
    },
  });
  const readFile = () => createReadStream(path, { highWaterMark: 256 * 1024 });
  if (head.subarray(0, 2).toString("latin1") === "PK")
    return archive("zip", (bombs) => zipMembers(path, { guard: bombs }));
  if (head[0] === 0x1f && head[1] === 0x8b) {
    checkTarHeader(await inflateHead(path), "gzip file does not hold a tar");
    return archive("tar.gz", (bombs) => tarMembers(readFile(), { isGzip: true, guard: bombs }));
  }
  checkTarHeader(head, "file is neither a tar, a gzipped tar, a zip nor Parquet");
  return archive("tar", (bombs) => tarMembers(readFile(), { isGzip: false, guard: bombs }));
}

function checkTarHeader(head: Buffer, otherwise: string): void {
  const isUstar = head.subarray(257, 262).toString("latin1") === "ustar";
  if (head.length < blockBytes)
    throw isUstar
      ? archiveError("archive_truncated", "the tar breaks off in its first header: upload it again")
      : archiveError("archive_unknown_format", `the ${otherwise}`);
  if (head.every((byte) => byte === 0)) throw archiveError("archive_empty", "the tar has no members");
  const recorded = Number.parseInt(head.subarray(148, 156).toString("latin1").replace(/\0.*$/, "").trim(), 8);
  const blanked = Buffer.from(head).fill(" ", 148, 156);
  if (blanked.reduce((sum, byte) => sum + byte, 0) !== recorded || !isUstar)
    throw archiveError("archive_unknown_format", `the ${otherwise}`);
}

async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(blockBytes), 0, blockBytes, 0);
  return buffer.subarray(0, bytesRead);
}

async function inflateHead(path: string): Promise<Buffer> {
  const source = createReadStream(path);
  const inflated = source.pipe(createGunzip());
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of inflated) {
      head = Buffer.concat([head, chunk as Buffer]).subarray(0, blockBytes);
      if (head.length === blockBytes) break;
    }
  } catch (error) {
    throw archiveError(
      "archive_truncated",
      "the gzip data break off before the first member: upload the archive again",
      error,
    );
  } finally {
    source.destroy();
  }
  return head;
}
