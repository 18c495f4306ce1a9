import { posix } from "node:path";
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Member } from "./archive-member.ts";

const maxRowBytes = 1024 ** 2;

/** A row of `metadata.csv` or `metadata.jsonl`: the image it is about, and its other fields; or why it is none. */
export type MetadataRow = { line: number } & (
  | { imagePath: string; fields: Record<string, unknown> }
  | { problem: string }
);

export function isMetadataFile(path: string): boolean {
  return /^metadata\.(?:csv|jsonl)$/i.test(posix.basename(path));
}

/** The rows of a Hugging Face ImageFolder metadata file, one at a time. */
export async function* metadataRows(member: Member): AsyncGenerator<MetadataRow> {
  const folder = posix.dirname(member.path);
  const rows = member.path.toLowerCase().endsWith(".csv") ? csvRows(member) : jsonRows(member);
  for await (const { line, row } of rows) {
    if (typeof row === "string") yield { line, problem: row };
    else yield toRow({ line, row, folder });
  }
}

function toRow({ line, row, folder }: { line: number; row: Record<string, unknown>; folder: string }): MetadataRow {
  const { file_name: name, ...fields } = row;
  if (typeof name !== "string" || name === "") return { line, problem: "it has no file_name" };
  const imagePath = posix.join(folder, name);
  if (imagePath.startsWith("..") || imagePath.startsWith("/"))
    return { line, problem: "its file_name points outside of the archive" };
  return { line, imagePath, fields };
}

type Info = { lines: number; error?: Error };
type Parsed = { line: number; row: Record<string, unknown> | string };

async function* csvRows(member: Member): AsyncGenerator<Parsed> {
  const skipped: Parsed[] = [];
  const parser = parse({
    bom: true,
    columns: (names: string[]) => names.map((name) => name.trim()),
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    skip_records_with_error: true,
    max_record_size: maxRowBytes,
    on_skip: (error) =>
      void skipped.push({ line: Number(error?.lines ?? 0), row: error?.message ?? "it can't be parsed" }),
  });
  const source = Readable.from(member.chunks());
  source.on("error", (error) => parser.destroy(error));
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<{
    record: Record<string, string>;
    info: Info;
  }>) {
    yield { line: info.lines, row: info.error ? info.error.message : record };
  }
  // At the end, for the parser runs ahead of us and their order must not depend on how far.
  yield* skipped;
}

async function* jsonRows(member: Member): AsyncGenerator<Parsed> {
  let line = 0;
  for await (const text of lines(member.chunks())) {
    line += 1;
    if (text.trim() !== "") yield { line, row: parseObject(text) ?? "it is not a JSON object" };
  }
}

/** Not `node:readline`, which lets an error of its input end the process. A line longer than a row may be is cut up. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
    if (rest.length > maxRowBytes) {
      yield rest;
      rest = "";
    }
  }
  yield rest + decoder.decode();
}

/** A JSON object, or undefined for anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
