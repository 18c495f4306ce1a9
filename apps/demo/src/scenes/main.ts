import { rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parquetWriteBuffer } from "hyparquet-writer";
import { createRandom } from "../artwork/random.ts";
import { drawScene, loadArtwork, vendorsOf } from "./draw-scene.ts";
import { makeQueries, type Query } from "./make-queries.ts";

const artworkCache = resolve(import.meta.dirname, "../../../../.cache/artwork/cache");

/**
 * Writes a task of questions about composed pictures, as Parquet:
 * `node apps/demo/src/scenes/main.ts --count 2000 --seed 1 --out scenes.parquet`. With `--no-images` the scenes are words alone.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      cell: { type: "string", default: "32" },
      out: { type: "string" },
      "no-images": { type: "boolean", default: false },
    },
  });
  const { count, seed, out } = { ...values, count: Number(values.count) };
  const cellPx = Number(values.cell);
  if (!out) throw new Error("name the file to write: --out FILE");
  if (!Number.isInteger(count) || count < 20 || count > 200_000)
    throw new Error("--count is a whole number from 20 to 200000");
  if (!Number.isInteger(cellPx) || cellPx < 8 || cellPx > 256)
    throw new Error("--cell is a whole number of pixels from 8 to 256");

  const queries = makeQueries({ count, seed });
  const images = values["no-images"] ? queries.map(() => null) : await drawAll(queries, { seed, cellPx });
  const partial = `${out}.partial`;
  await writeFile(partial, new Uint8Array(parquetWriteBuffer({ columnData: toColumns(queries, images) })));
  await rename(partial, out);
  process.stdout.write(
    `${out}: ${queries.length} queries${values["no-images"] ? "" : `, ${3 * cellPx} pixels square`}\n`,
  );
}

async function drawAll(
  queries: readonly Query[],
  { seed, cellPx }: { seed: string; cellPx: number },
): Promise<Uint8Array[]> {
  const artwork = await loadArtwork({ cellPx, cacheFolder: artworkCache });
  const images: Uint8Array[] = [];
  for (const { queryId, split, scene } of queries) {
    const vendor = createRandom(`${seed}/vendor/${queryId}`).pick(vendorsOf(split));
    images.push(await drawScene(scene, vendor, artwork));
  }
  return images;
}

function toColumns(queries: readonly Query[], images: readonly (Uint8Array | null)[]) {
  const text = (name: string, of: (query: Query) => string | null) => ({
    name,
    type: "STRING" as const,
    data: queries.map(of),
  });
  return [
    text("query_id", ({ queryId }) => queryId),
    text("split", ({ split }) => split),
    text("slice", ({ family }) => family),
    text("question", (query) => query.text),
    text("answer", ({ answer }) => JSON.stringify([answer])),
    text("choices", ({ choices }) => JSON.stringify(choices)),
    text("scene", ({ scene }) => JSON.stringify(scene)),
    text("draft", ({ draft }) => draft),
    // Only what teaches the first words says how it is solved.
    text("program", ({ split, program }) => (split === "start" ? program : null)),
    { name: "steps", type: "INT32" as const, data: queries.map(({ steps }) => steps) },
    { name: "image", type: "BYTE_ARRAY" as const, data: [...images] },
  ];
}

await main();
