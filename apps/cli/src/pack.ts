import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack as createPack } from "tar-stream";
import { CliError } from "./errors.ts";

export interface Packed {
  path: string;
  filename: string;
  sizeBytes: number;
  sha256: string;
}

interface Entry {
  path: string;
  name: string;
  sizeBytes: number;
}

/** Size and SHA-256 of an archive as it lies there. */
export async function measureFile(path: string): Promise<Packed> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { path, filename: basename(path), sizeBytes, sha256: hash.digest("hex") };
}

/**
 * A folder as a tar at `target`. Entries are sorted and carry no times or owners, so the same files make the same bytes and an
 * interrupted upload can go on.
 */
export async function packFolder(folder: string, target: string): Promise<Packed> {
  const entries = await listEntries(folder);
  if (entries.length === 0) throw new CliError(`${folder} holds no files`);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const tar = createPack();
  await Promise.all([pipeline(tar, measure, createWriteStream(target)), addEntries(tar, entries)]);
  return { path: target, filename: `${basename(folder) || "folder"}.tar`, sizeBytes, sha256: hash.digest("hex") };
}

async function addEntries(tar: ReturnType<typeof createPack>, entries: readonly Entry[]): Promise<void> {
  try {
    for (const { path, name, sizeBytes } of entries) {
      const entry = tar.entry({ name, size: sizeBytes, mode: 0o644, mtime: new Date(0) });
      await pipeline(createReadStream(path), entry);
    }
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Plain files below the folder, hidden ones and links left out. */
async function listEntries(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => !name.split("/").some((part) => part.startsWith(".")))
    .toSorted();
  return Promise.all(
    names.map(async (name) => ({ path: join(folder, name), name, sizeBytes: (await stat(join(folder, name))).size })),
  );
}
