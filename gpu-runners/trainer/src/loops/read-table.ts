import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { sampleColumns } from "@whetstone/schemas/tasks";
import type { SampleTable } from "@whetstone/core/methods";

/** `samples.parquet` files, one a shard, as one table of columns; missing numbers are NaN. */
export async function readTable(paths: readonly string[]): Promise<SampleTable> {
  const columns = Object.keys(sampleColumns);
  const files = await Promise.all(
    paths.map(async (path) => parquetReadObjects({ file: await asyncBufferFromFile(path), compressors, columns })),
  );
  const rows = files.flat();
  const table = Object.entries(sampleColumns).map(([name, kind]) => {
    const isNumber = kind === "int" || kind === "number";
    return [
      name,
      isNumber
        ? Float64Array.from(rows, (row) =>
            row[name] === null || row[name] === undefined ? Number.NaN : Number(row[name]),
          )
        : rows.map((row) => row[name] ?? null),
    ];
  });
  // Each column has the type that `sampleColumns` gives it.
  return { rowCount: rows.length, ...Object.fromEntries(table) } as SampleTable;
}
