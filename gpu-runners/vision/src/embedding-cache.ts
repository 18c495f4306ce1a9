import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat, utimes, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** Embeddings of one model and kind of input, by the SHA-256 of what was embedded. */
export type EmbeddingStore = {
  find(hash: Buffer): Promise<Float32Array | undefined>;
  put(hash: Buffer, vector: Float32Array): void;
  /** Writes what was put; the store stays usable. */
  flush(): Promise<void>;
  close(): Promise<void>;
};
export type EmbeddingCache = {
  open(key: readonly unknown[], dim: number): Promise<EmbeddingStore>;
  /** Brings the folder under its bound: what was used longest ago goes first. */
  sweep(): Promise<void>;
};
type Place = { file: FileHandle; position: number };

const format = 1;
const hashBytes = 32;
const recordsAtOnce = 4096;

/**
 * Embeddings on disk, by everything that decides them (`key`). A store is a folder of segments: records of hash and float32 vector, each segment
 * written by one process alone, so that several share the folder and a torn last record harms nothing.
 */
export function openEmbeddingCache(folder: string, maxBytes: number): EmbeddingCache {
  return {
    async open(key, dim) {
      const name = createHash("sha256")
        .update(JSON.stringify([format, dim, ...key]))
        .digest("hex");
      return openStore(join(folder, name), dim);
    },

    async sweep() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      const found = await Promise.all(
        paths.map(async (path) => ({ path, stats: await stat(path).catch(() => undefined) })),
      );
      const files = found.flatMap(({ path, stats }) => (stats ? [{ path, size: stats.size, at: stats.mtimeMs }] : []));
      let bytes = files.reduce((sum, { size }) => sum + size, 0);
      for (const { path, size } of files.toSorted((a, b) => a.at - b.at)) {
        if (bytes <= maxBytes) break;
        await rm(path, { force: true });
        bytes -= size;
      }
    },
  };
}

async function openStore(folder: string, dim: number): Promise<EmbeddingStore> {
  await mkdir(folder, { recursive: true });
  const recordBytes = hashBytes + 4 * dim;
  const files: FileHandle[] = [];
  const places = new Map<string, Place>();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const file = await open(path).catch(() => undefined);
    if (!file) continue;
    files.push(file);
    await index(file, { recordBytes, places });
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
  }

  const fresh = new Map<string, Float32Array>();
  let segment: FileHandle | undefined;
  let written = 0;
  let last = Promise.resolve();

  return {
    async find(hash) {
      const key = hash.toString("latin1");
      const waiting = fresh.get(key);
      if (waiting) return waiting;
      const place = places.get(key);
      if (!place) return undefined;
      const bytes = Buffer.alloc(4 * dim);
      const { bytesRead } = await place.file.read(bytes, 0, bytes.length, place.position);
      return bytesRead === bytes.length ? new Float32Array(bytes.buffer, bytes.byteOffset, dim) : undefined;
    },

    put(hash, vector) {
      fresh.set(hash.toString("latin1"), vector.slice());
    },

    flush() {
      // One at a time: a record's place is where the one before it ends.
      // A full disk costs time, not the evaluation.
      last = last.then(write).catch(() => fresh.clear());
      return last;
    },

    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };

  async function write(): Promise<void> {
    if (fresh.size === 0) return;
    if (!segment) files.push((segment = await open(join(folder, `${randomUUID()}.bin`), "wx+")));
    const records = [...fresh].map(([key, vector]) => ({ key, vector }));
    const bytes = Buffer.concat(
      records.flatMap(({ key, vector }) => [
        Buffer.from(key, "latin1"),
        Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
      ]),
    );
    await segment.write(bytes, 0, bytes.length, written);
    for (const { key } of records) {
      places.set(key, { file: segment, position: written + hashBytes });
      written += recordBytes;
      fresh.delete(key);
    }
  }
}

async function index(
  file: FileHandle,
  { recordBytes, places }: { recordBytes: number; places: Map<string, Place> },
): Promise<void> {
  const chunk = Buffer.alloc(recordBytes * recordsAtOnce);
  for (let start = 0; ; start += chunk.length) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, start);
    for (let at = 0; at + recordBytes <= bytesRead; at += recordBytes)
      places.set(chunk.toString("latin1", at, at + hashBytes), { file, position: start + at + hashBytes });
    if (bytesRead < chunk.length) return;
  }
}
