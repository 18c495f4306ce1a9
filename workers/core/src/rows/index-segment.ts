import {
  type ColumnOf,
  type ColumnSource,
  type ColumnSummary,
  type Leaf,
  markMatches,
  type Mask,
  maskOfLeaf,
  summarise,
} from "@whetstone/schemas/select";
import { Segment as SegmentFile, type SegmentColumn, StoredRow } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { keep } from "./kept-bytes.ts";
import type { SearchColumn, Segment } from "./segment.ts";

const arrays = { f32: Float32Array, f64: Float64Array, u8: Uint8Array, u16: Uint16Array, u32: Uint32Array } as const;
/** A text is searched in blocks of this size, so that a long column never fills the memory. */
const blockBytes = 8 * 1024 ** 2;
/** Lines nearer to one another than this are read together. */
const gapBytes = 32 * 1024;
const maxReadBytes = 8 * 1024 ** 2;
const maxKeptBytes = 8 * 1024;

export type SegmentFiles = ReadonlyMap<string, { key: string; sizeBytes: number }>;
const parsed = new Map<string, SegmentFile>();
const maxParsed = 16;
/** Columns by the edges of another segment's histogram: a version's segments are shown as one, and never change. */
const summaries = new Map<string, ColumnSummary>();
const maxSummaries = 500;

/** Rows by the files an index run left: each column by itself, each row by itself. */
export async function openIndexSegment(ctx: Context, files: SegmentFiles): Promise<Segment> {
  const read = async (name: string, range?: { start: number; end: number }) => {
    const file = files.get(name);
    if (!file) throw new Error(`the index names ${name} and does not have it`);
    if (file.sizeBytes === 0) return new Uint8Array();
    return new Uint8Array(await ctx.storage.getRange(file.key, range ?? { start: 0, end: file.sizeBytes }));
  };
  const reading = new Map<string, Promise<Uint8Array>>();
  const readOnce = (name: string) => {
    const known = reading.get(name) ?? keep(files.get(name)?.key ?? name, () => read(name));
    reading.set(name, known);
    return known;
  };
  const segment = await readSegment(files.get("segment.json")?.key ?? "", () => read("segment.json"));
  const byName = new Map(segment.columns.map((one) => [one.name, one]));
  const need = (name: string): SegmentColumn => {
    const found = byName.get(name);
    if (!found) throw new TypeError(`no column ${name}`);
    return found;
  };

  async function column(name: string): Promise<SearchColumn> {
    const { kind, file, array, dictionary } = need(name);
    const bytes = await readOnce(file);
    if (kind === "text" || array === null) throw new TypeError(`${name} is a text: it has no order and no statistics`);
    return toColumn(kind, new arrays[array](bytes.buffer as ArrayBuffer), dictionary ?? []);
  }

  async function textMask(leaf: Leaf, { file, ends: endsFile }: SegmentColumn): Promise<Mask> {
    const ends = new Uint32Array((await readOnce(endsFile ?? "")).buffer as ArrayBuffer);
    if (leaf.type === "has") return maskOfLeaf(leaf, { kind: "text", bytes: new Uint8Array(), ends });
    const needles = leaf.type === "in" ? leaf.values.map(String) : [String(leaf.value)];
    const isWhole = leaf.type === "in" || leaf.op === "=" || leaf.op === "!=";
    const isOpposite = leaf.type === "compare" && (leaf.op === "!=" || leaf.op === "!~");
    const name = JSON.stringify([files.get(file)?.key, needles, isWhole]);
    const found = await keep(name, async () => {
      const mask = new Uint8Array(segment.rowCount);
      for (const { from, to, start, end } of blocksOf(ends)) {
        const bytes = await read(file, { start, end });
        const local = ends.subarray(from, to).map((place) => place - start);
        for (const needle of needles)
          markMatches({ bytes, ends: local }, { needle, isWhole }, (row) => void (mask[from + row] = 1));
      }
      return mask;
    });
    return isOpposite ? found.map((is, row) => (is === 0 && hasText(ends, row) ? 1 : 0)) : found;
  }

  return {
    rowCount: segment.rowCount,
    columns: segment.columns.map(({ name, kind, layer }) => ({ name, kind, layer }) as ColumnSource),
    column,
    summary: async (name, edges) => {
      const { summary, nanCount, file } = need(name);
      if (!summary) throw new TypeError(`${name} is a text: it has no statistics`);
      if (!edges || summary.kind === "category") return { summary, nanCount };
      const key = JSON.stringify([files.get(file)?.key, edges]);
      const binned = summaries.get(key) ?? summarise(await column(name), null, edges);
      summaries.set(key, binned);
      forgetOldest(summaries, maxSummaries);
      return { summary: binned, nanCount };
    },
    mask: async (leaf) =>
      need(leaf.column).kind === "text"
        ? textMask(leaf, need(leaf.column))
        : maskOfLeaf(leaf, await column(leaf.column)),
    rows: async (wanted) => {
      const ends = new Float64Array((await readOnce(segment.rowEnds)).buffer as ArrayBuffer);
      const lines = wanted.map((row) => ({ start: row === 0 ? 0 : (ends[row - 1] ?? 0), end: (ends[row] ?? 1) - 1 }));
      const texts = await readLines(lines, ({ start, end }) => {
        const readThem = () => read(segment.rows, { start, end });
        // Scattered rows cost a read each, so they are kept; neighbours come in one, and would only push out what is dearer.
        return end - start > maxKeptBytes
          ? readThem()
          : keep(`${files.get(segment.rows)?.key} ${start}-${end}`, readThem);
      });
      return texts.map((text) => StoredRow.parse(JSON.parse(text)));
    },
    findUid: async (uid) => {
      const uids = new DataView((await readOnce(segment.uids)).buffer);
      const wanted = BigInt(`0x${uid.slice(0, 16)}`);
      for (let row = 0; row < segment.rowCount; row += 1) if (uids.getBigUint64(row * 8) === wanted) return row;
      return -1;
    },
  };
}

async function readSegment(key: string, read: () => Promise<Uint8Array>): Promise<SegmentFile> {
  const known = parsed.get(key);
  if (known) return known;
  const segment = SegmentFile.parse(JSON.parse(new TextDecoder().decode(await read())));
  parsed.set(key, segment);
  forgetOldest(parsed, maxParsed);
  return segment;
}

function toColumn(
  kind: "number" | "category",
  values: InstanceType<(typeof arrays)[keyof typeof arrays]>,
  dictionary: string[],
) {
  if (kind === "number") return { kind, values: values as ColumnOf<"number">["values"] };
  return { kind, codes: values as ColumnOf<"category">["codes"], dictionary };
}

const hasText = (ends: Uint32Array, row: number) => (ends[row] ?? 0) - (row === 0 ? 0 : (ends[row - 1] ?? 0)) > 1;

function* blocksOf(ends: Uint32Array): Generator<{ from: number; to: number; start: number; end: number }> {
  let from = 0;
  let start = 0;
  for (let row = 0; row < ends.length; row += 1) {
    const isLast = row === ends.length - 1;
    if (!isLast && (ends[row + 1] ?? 0) - start <= blockBytes) continue;
    yield { from, to: row + 1, start, end: ends[row] ?? start };
    from = row + 1;
    start = ends[row] ?? start;
  }
}

/** Lines by range reads: those that lie near one another come in one. */
async function readLines(
  lines: readonly { start: number; end: number }[],
  read: (range: { start: number; end: number }) => Promise<Uint8Array>,
): Promise<string[]> {
  const reads: { start: number; end: number }[] = [];
  for (const { start, end } of lines.toSorted((a, b) => a.start - b.start)) {
    const last = reads.at(-1);
    if (last && start - last.end <= gapBytes && end - last.start <= maxReadBytes) last.end = Math.max(last.end, end);
    else reads.push({ start, end });
  }
  const bytes = await Promise.all(reads.map(async (range) => ({ ...range, bytes: await read(range) })));
  const decoder = new TextDecoder();
  return lines.map(({ start, end }) => {
    const from = bytes.find((one) => one.start <= start && end <= one.end);
    return decoder.decode(from?.bytes.subarray(start - from.start, end - from.start));
  });
}
