import { BaseRow, RefinedRow } from "@whetstone/schemas/tasks";
import { openShard, readLayer, readLayerRows } from "@whetstone/runtime";

export type PathOf = (inputName: string) => Promise<string>;
export type SampleBatch = { rows: BaseRow[]; images: Buffer[] };

const samplesAtOnce = 64;

/** The samples of a shard with their image bytes, a batch at a time, in the order of the shard. */
export async function* readSamples(shard: number, pathOf: PathOf): AsyncGenerator<SampleBatch> {
  const tar = await openShard(await pathOf(`shard-${shard}.tar`));
  const read = async (rows: BaseRow[]) => ({ rows, images: await Promise.all(rows.map((row) => tar.readImage(row))) });
  try {
    let rows: BaseRow[] = [];
    for await (const row of readLayer(await pathOf(`base-${shard}.parquet`), BaseRow)) {
      rows.push(row);
      if (rows.length < samplesAtOnce) continue;
      yield await read(rows);
      rows = [];
    }
    if (rows.length > 0) yield await read(rows);
  } finally {
    await tar.close();
  }
}

/** The refinements of all shards by uid; samples that the refiner rejected have none. */
export async function readRefinements(shardCount: number, pathOf: PathOf): Promise<Map<string, RefinedRow>> {
  const refinements = new Map<string, RefinedRow>();
  for (let shard = 0; shard < shardCount; shard++) {
    const rows = await readLayerRows(await pathOf(`refined-${shard}.parquet`), RefinedRow);
    for (const row of rows) refinements.set(row.uid, row);
  }
  return refinements;
}
