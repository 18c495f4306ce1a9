import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { defineTask, readLayer, readLayerRows, type TaskContext } from "@whetstone/runtime";
import {
  type Column,
  type ColumnBuilder,
  columnsOfLayers,
  countDuplicates,
  createColumn,
  metadataColumns,
  type SampleRows,
  summarise,
} from "@whetstone/schemas/select";
import {
  BaseRow,
  RefinedRow,
  ScoreRow,
  type Segment,
  type SegmentColumn,
  type StoredRow,
  ThumbnailRow,
} from "@whetstone/schemas/tasks";

type Context = TaskContext<"index-segment">;
type Source = ReturnType<typeof columnsOfLayers>[number];

/** Samples looked at to find out which metadata there is. */
const peekedRows = 1000;

/** The layers of some shards as columns, and each sample as a line that can be read by itself. */
export const indexSegment = defineTask({
  kind: "index-segment",

  async run(context) {
    const { params, workDir, write } = context;
    const hashes = await readHashes(context);
    const duplicatesOf = countDuplicates(hashes, params.firstPlace);
    const sources = [...columnsOfLayers(params.layers), ...metadataColumns(await peek(context))];
    const builders = sources.map(({ kind }) => createColumn(kind));
    const lines = createWriteStream(join(workDir, "rows.jsonl"));
    const rowEnds = new Float64Array(hashes.length);
    const uids = new DataView(new ArrayBuffer(hashes.length * 8));
    let row = 0;
    let end = 0;
    for await (const rows of readJoined(context)) {
      const sample: SampleRows = { ...toSample(rows), ...duplicatesOf(row) };
      const facts = appendAll(builders, sources, sample);
      const line = `${JSON.stringify({ ...rows, facts } satisfies StoredRow)}\n`;
      end += Buffer.byteLength(line);
      rowEnds[row] = end;
      uids.setBigUint64(row * 8, BigInt(`0x${rows.base.uid.slice(0, 16)}`));
      if (!lines.write(line)) await once(lines, "drain");
      row += 1;
    }
    lines.end();
    await once(lines, "close");
    await writeFile(join(workDir, "row-ends.bin"), new Uint8Array(rowEnds.buffer));
    await writeFile(join(workDir, "uids.bin"), new Uint8Array(uids.buffer));
    const files = ["rows.jsonl", "row-ends.bin", "uids.bin"];

    const columns: SegmentColumn[] = [];
    for (const [i, source] of sources.entries()) {
      const builder = builders[i];
      if (!builder) continue;
      const { column, names } = await writeColumn(workDir, i, { source, builder });
      columns.push(column);
      files.push(...names);
    }
    const segment: Segment = {
      format: "whetstone-segment/1",
      rowCount: row,
      columns,
      rows: "rows.jsonl",
      rowEnds: "row-ends.bin",
      uids: "uids.bin",
    };
    await writeFile(join(workDir, "segment.json"), JSON.stringify(segment));
    files.push("segment.json");
    await Promise.all(files.map((name) => write(name, join(workDir, name))));
    return { rowCount: row, files, counts: { samples: row } };
  },
});

function appendAll(
  builders: readonly ColumnBuilder[],
  sources: readonly Source[],
  sample: SampleRows,
): StoredRow["facts"] {
  const facts: StoredRow["facts"] = {};
  for (const [i, { name, kind, of }] of sources.entries()) {
    const fact = of(sample);
    builders[i]?.append(fact);
    if (kind !== "text") facts[name] = typeof fact === "number" && !Number.isFinite(fact) ? null : fact;
  }
  return facts;
}

type Joined = Omit<StoredRow, "facts">;
const toSample = ({ base, refined, score }: Joined) => ({
  base,
  refined: refined ?? undefined,
  score: score ?? undefined,
});

/** What decides which images look alike, of every row; small enough for memory. */
async function readHashes({ params, inputs, signal }: Context) {
  const hashes: Pick<BaseRow, "imageSha256" | "imagePhash">[] = [];
  for (let shard = params.firstShard; shard < params.firstShard + params.shardCount; shard += 1) {
    signal.throwIfAborted();
    for await (const { imageSha256, imagePhash } of readLayer(await inputs.path(`base-${shard}.parquet`), BaseRow))
      hashes.push({ imageSha256, imagePhash });
  }
  return hashes;
}

async function peek(context: Context): Promise<SampleRows[]> {
  const rows: SampleRows[] = [];
  for await (const joined of readJoined(context, { isQuiet: true })) {
    rows.push({ ...toSample(joined), duplicates: 1, duplicateGroup: null });
    if (rows.length >= peekedRows) break;
  }
  return rows;
}

/** The samples of the shards in order, each with what its layers say. */
async function* readJoined(
  { params, inputs, progress, signal }: Context,
  { isQuiet = false } = {},
): AsyncGenerator<Joined> {
  for (let shard = params.firstShard; shard < params.firstShard + params.shardCount; shard += 1) {
    signal.throwIfAborted();
    const pathOf = (layer: string) => {
      const name = `${layer}-${shard}.parquet`;
      return inputs.has(name) ? inputs.path(name) : null;
    };
    const refined = byUid(await rowsOf(pathOf("refined"), RefinedRow));
    const scores = byUid(await rowsOf(pathOf("scores"), ScoreRow));
    const thumbnails = byUid(await rowsOf(pathOf("thumbnails"), ThumbnailRow));
    for await (const base of readLayer(await inputs.path(`base-${shard}.parquet`), BaseRow)) {
      const { uid } = base;
      yield {
        shard,
        base,
        refined: refined.get(uid) ?? null,
        score: scores.get(uid) ?? null,
        thumbnail: thumbnails.get(uid) ?? null,
      };
    }
    if (!isQuiet) progress(shard - params.firstShard + 1, params.shardCount, "shards");
  }
}

async function rowsOf<T extends Parameters<typeof readLayerRows>[1]>(path: Promise<string> | null, schema: T) {
  return path ? readLayerRows(await path, schema) : [];
}
const byUid = <T extends { uid: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.uid, row]));

async function writeColumn(
  folder: string,
  place: number,
  { source: { name, kind, layer }, builder }: { source: Source; builder: ColumnBuilder },
): Promise<{ column: SegmentColumn; names: string[] }> {
  const built = builder.finish();
  const file = `column-${place}.bin`;
  const head = { name, kind, layer, file, nanCount: builder.nanCount() };
  if (built.kind === "text") {
    const ends = `column-${place}-ends.bin`;
    await writeFile(join(folder, file), built.bytes);
    await writeFile(join(folder, ends), bytesOf(built.ends));
    return { column: { ...head, array: null, ends, dictionary: null, summary: null }, names: [file, ends] };
  }
  const values = built.kind === "number" ? built.values : built.codes;
  await writeFile(join(folder, file), bytesOf(values));
  const dictionary = built.kind === "category" ? built.dictionary : null;
  const column = { ...head, array: arrayOf(built), ends: null, dictionary, summary: summarise(built, null) };
  return { column, names: [file] };
}

const bytesOf = (array: Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function arrayOf(column: Exclude<Column, { kind: "text" }>): SegmentColumn["array"] {
  if (column.kind === "number") return column.values instanceof Float32Array ? "f32" : "f64";
  if (column.codes instanceof Uint8Array) return "u8";
  return column.codes instanceof Uint16Array ? "u16" : "u32";
}
