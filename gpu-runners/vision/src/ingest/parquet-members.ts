import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Benchmark } from "@whetstone/schemas/api";
import { archiveError, type BombGuard } from "./archive-limits.ts";
import { type Member, MemberDamaged } from "./archive-member.ts";
import { toFields } from "./parquet-fields.ts";
import { type Feature, readFeatures } from "./parquet-features.ts";

/** A Hugging Face dataset file: rows with an image column, seen as members `0000012.jpg` and `0000012.json`. */
export interface ParquetFile {
  benchmark: Benchmark | null;
  members(guard: BombGuard): AsyncGenerator<Member>;
}

const maxGroupBytes = 512 * 1024 ** 2;

export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw archiveError("archive_truncated", "the Parquet file has no readable footer: upload it again", error);
  });
  const features = readFeatures(metadata);
  const image = findImage(metadata, features);
  const tooBig = metadata.row_groups.find(({ total_byte_size: size }) => Number(size) > maxGroupBytes);
  if (tooBig)
    throw archiveError(
      "archive_bomb",
      `a row group of the Parquet file has ${tooBig.total_byte_size} bytes; ${maxGroupBytes} are allowed: write it with fewer rows a group`,
    );
  const classNames =
    features.find(({ role }) => role === "label")?.names ?? features.find(({ role }) => role === "labels")?.names;
  const type = features.some(({ role }) => role === "labels") ? "multilabel" : "classification";
  return {
    benchmark: classNames ? { type, classNames, templates: [] } : null,
    members: (guard) => rowMembers({ file, metadata }, { image, features, guard }),
  };
}

interface Source {
  file: AsyncBuffer;
  metadata: FileMetaData;
}

/** Fields first, so that a row's image is read only when somebody asks for its bytes. */
async function* rowMembers(
  source: Source,
  { image, features, guard }: { image: string; features: Feature[]; guard: BombGuard },
): AsyncGenerator<Member> {
  const columns = features.map(({ name }) => name);
  let rowStart = 0;
  for (const group of source.metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = columns.length === 0 ? [] : await readColumns(source, { columns, rowStart, rowEnd });
    const images = createLazy(() => readColumns(source, { columns: [image], rowStart, rowEnd }));
    const start = rowStart;
    for (let row = rowStart; row < rowEnd; row++) {
      const key = String(row).padStart(7, "0");
      const json = Buffer.from(JSON.stringify(toFields(rows[row - start] ?? {}, features)));
      guard.member(`${key}.json`, json.length);
      yield { path: `${key}.json`, sizeBytes: json.length, chunks: () => once(json) };
      yield {
        path: `${key}.jpg`,
        // Not known before it is read; the limit on bytes of an image holds there too.
        sizeBytes: 0,
        async *chunks() {
          const bytes = toBytes((await images())[row - start]?.[image]);
          if (!bytes) throw new MemberDamaged(`row ${row} of the Parquet file has no image bytes`);
          guard.inflated(bytes.length);
          yield bytes;
        },
      };
    }
    rowStart = rowEnd;
  }
}

async function readColumns(
  { file, metadata }: Source,
  { columns, rowStart, rowEnd }: { columns: string[]; rowStart: number; rowEnd: number },
): Promise<Record<string, unknown>[]> {
  try {
    return await parquetReadObjects({ file, metadata, compressors, columns, rowStart, rowEnd, utf8: false });
  } catch (error) {
    throw archiveError(
      "checksum_mismatch",
      `rows ${rowStart} to ${rowEnd} of the Parquet file can't be read (${error instanceof Error ? error.message : String(error)}): write it again`,
      error,
    );
  }
}

/** The column that the schema calls an image, else the first with bytes that is named like one. */
function findImage(metadata: FileMetaData, features: Feature[]): string {
  const named = features.findIndex(({ role }) => role === "image");
  const at = named >= 0 ? named : features.findIndex(({ name }) => /^(?:image|img|jpg|jpeg|png|webp)$/i.test(name));
  const [found] = at < 0 ? [] : features.splice(at, 1);
  const others = features.filter(({ role }) => role !== "image");
  features.splice(0, features.length, ...others);
  if (found) return found.name;
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  throw archiveError(
    "archive_unknown_format",
    `the Parquet file has no image column (columns ${names.slice(0, 20).join(", ")}): name one image, a struct of bytes and path`,
  );
}

function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "object" && value !== null && "bytes" in value) return toBytes(value.bytes);
  return undefined;
}

function createLazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
