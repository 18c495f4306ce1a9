import { unzipSync } from "fflate";
import { parseTar } from "nanotar";
import { AppError } from "../errors.ts";

const maxTableBytes = 64 * 1024 ** 2;
const maxTables = 10_000;

/** A `data-log.tsv` of an archive. */
export interface ArchivedTable {
  path: string;
  bytes: Uint8Array;
}

/**
 * The tables of a tar or zip, block by block and then by name, so that workers come in a fixed order within each block. Nothing is
 * unpacked to disk and nothing else is unpacked at all; what claims to be too large is refused before.
 */
export function readTables(archive: Uint8Array): ArchivedTable[] {
  const tables = isZip(archive) ? fromZip(archive) : fromTar(archive);
  if (tables.length === 0) throw new AppError("invalid_input", "the archive holds no data-log.tsv");
  if (tables.length > maxTables)
    throw new AppError(
      "invalid_input",
      `the archive holds ${tables.length} data-log.tsv; at most ${maxTables} are read`,
    );
  return tables.toSorted((a, b) => blockOf(a.path) - blockOf(b.path) || (a.path < b.path ? -1 : 1));
}

const isZip = (archive: Uint8Array): boolean => archive[0] === 0x50 && archive[1] === 0x4b;
const isTable = (path: string): boolean => /(^|\/)data-log\.tsv$/.test(path) && !path.includes("__MACOSX/");

function fromZip(archive: Uint8Array): ArchivedTable[] {
  let total = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (!isTable(name)) return false;
    total += originalSize;
    checkSize(total);
    return true;
  };
  const files = reading(() => unzipSync(archive, { filter }));
  return Object.entries(files).map(([path, bytes]) => ({ path, bytes }));
}

function fromTar(archive: Uint8Array): ArchivedTable[] {
  const entries = reading(() => parseTar(archive));
  const tables = entries.filter(({ name, type }) => isTable(name) && type === "file");
  checkSize(tables.reduce((sum, { size }) => sum + size, 0));
  return tables.map(({ name, data = new Uint8Array() }) => ({ path: name, bytes: data }));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid_input", "the upload is no tar or zip that can be read; pack the log folder anew", {
      cause,
    });
  }
}

function checkSize(bytes: number): void {
  if (bytes > maxTableBytes)
    throw new AppError(
      "payload_too_large",
      `the archive's tables have more than ${maxTableBytes} bytes; push the folder with \`whetstone lifelong push\``,
    );
}

function blockOf(path: string): number {
  const number = /^(\d+)-/.exec(path.split("/").at(-2) ?? "")?.[1];
  return number === undefined ? Number.MAX_SAFE_INTEGER : Number(number);
}
