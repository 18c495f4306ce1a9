import { posix } from "node:path";
import type { RejectRow } from "@whetstone/schemas/tasks";
import type { Benchmark } from "@whetstone/schemas/api";
import { archiveError } from "./archive-limits.ts";
import type { ArchiveIndex } from "./archive-index.ts";
import { isClutter, type Member, MemberDamaged, readMember } from "./archive-member.ts";
import { isBenchmarkFile, readBenchmarkFile, toBenchmark } from "./benchmark-files.ts";
import { looksLikeImage } from "./image-format.ts";
import { isMetadataFile, metadataRows } from "./metadata-rows.ts";
import type { Archive } from "./open-archive.ts";

const maxTextBytes = 256 * 1024;
const textExtensions = new Set(["txt", "json", "cls", "npy"]);

/** `webdataset`: text files beside the images. `metadata`: a table names them. `folders`: their folder is their label. */
export type Layout = "webdataset" | "metadata" | "folders";
export interface Scan {
  layout: Layout;
  imageCount: number;
  benchmark: Benchmark | null;
}
export type Reject = (reject: Pick<RejectRow, "code" | "detail"> & { path: string; uid?: string }) => void;

interface ScanOptions {
  index: ArchiveIndex;
  reject: Reject;
  signal: AbortSignal;
  /** What the run says of the set; it goes before what the archive says. */
  given?: Partial<Benchmark>;
}

/** First pass: puts all texts into the index, since a table or a text may come after its image, and finds out the layout. */
export async function scanArchive(archive: Archive, { index, reject, signal, given = {} }: ScanOptions): Promise<Scan> {
  const folders = new Set<string>();
  let imageCount = 0;
  let hasMetadata = false;
  const found: Partial<Benchmark> = {};

  for await (const member of archive.members()) {
    signal.throwIfAborted();
    const { path } = member;
    if (isClutter(path)) continue;
    try {
      if (isMetadataFile(path)) {
        hasMetadata = true;
        await indexRows(member, { index, reject });
      } else if (isBenchmarkFile(member)) {
        Object.assign(found, await readBenchmarkFile(member));
      } else if (textExtensions.has(keyOf(path).ext)) {
        await indexText(member, { index, reject });
      } else if (looksLikeImage(path)) {
        imageCount += 1;
        if (folders.size < 2) folders.add(posix.dirname(path));
      }
    } catch (error) {
      if (!(error instanceof MemberDamaged)) throw error;
      // Half of its rows may be in the index by now, and no telling which of them are right.
      if (isMetadataFile(path))
        throw archiveError("checksum_mismatch", `${path} is damaged (${error.message}): make the archive again`, error);
      reject({ path, code: "metadata_invalid", detail: error.message });
    }
  }
  if (imageCount === 0 && !hasMetadata && !index.hasTexts())
    throw archiveError("archive_empty", "the archive holds neither images nor texts");
  const benchmark = toBenchmark({ ...archive.benchmark, ...found, ...given });
  if (hasMetadata) return { layout: "metadata", imageCount, benchmark };
  return { layout: !index.hasTexts() && folders.size > 1 ? "folders" : "webdataset", imageCount, benchmark };
}

/** WebDataset's key (path up to the first dot of the base name) and what the name ends in. */
export function keyOf(path: string): { key: string; ext: string } {
  const { dir, base } = posix.parse(path);
  const dot = base.indexOf(".");
  if (dot < 0) return { key: path, ext: "" };
  return { key: posix.join(dir, base.slice(0, dot)), ext: base.slice(base.lastIndexOf(".") + 1).toLowerCase() };
}

async function indexText(member: Member, { index, reject }: { index: ArchiveIndex; reject: Reject }): Promise<void> {
  const { path, sizeBytes } = member;
  const { key, ext } = keyOf(path);
  if (sizeBytes > maxTextBytes) {
    const code = ext === "json" ? "metadata_invalid" : "text_too_long";
    return reject({ path, code, detail: `it has ${sizeBytes} bytes; ${maxTextBytes} are allowed` });
  }
  const isNew = index.putText(key, { ext, path, body: await readMember(member) });
  if (!isNew) reject({ path, code: "uid_duplicate", detail: `sample ${key} has a .${ext} already` });
}

async function indexRows(member: Member, { index, reject }: { index: ArchiveIndex; reject: Reject }): Promise<void> {
  for await (const row of metadataRows(member)) {
    const path = `${member.path}:${row.line}`;
    if ("problem" in row) {
      reject({ path, code: "metadata_invalid", detail: row.problem });
      continue;
    }
    const isNew = index.putText(row.imagePath, { ext: "row", path, body: Buffer.from(JSON.stringify(row.fields)) });
    if (!isNew) reject({ path, code: "uid_duplicate", detail: `image ${row.imagePath} has a row already` });
  }
}
