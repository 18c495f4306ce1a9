import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "@whetstone/core/context";
import { readRows } from "@whetstone/core/samples/read-rows";
import { createLayerWriter } from "@whetstone/runtime";
import { BaseRow, RefinedRow } from "@whetstone/schemas/tasks";
import { expect, test } from "vitest";

const hex = (n: number, length: number) => n.toString(16).padStart(length, "0");
const baseRow = (n: number): BaseRow => ({
  uid: hex(n, 32),
  imageMember: `${n}.png`,
  imageOffset: n * 5_000_000_000,
  imageBytes: n,
  imageFormat: "webp",
  imageSha256: hex(n, 64),
  imagePhash: n % 2 === 0 ? null : hex(n, 16),
  width: 1,
  height: 2,
  text: "ä 日本 ".repeat(n % 50),
  label: n % 3 === 0 ? null : "label",
  metadata: "{}",
  source: "a.tar",
});
const refinedRow = (n: number): RefinedRow => ({
  uid: hex(n, 32),
  positiveDescription: "p",
  negativeDescription: "n",
  positiveTags: Array.from({ length: n % 4 }, (_, index) => `tag ${index}`),
  negativeTags: [],
  refiner: "r",
  modelHash: "m",
  promptHash: "h",
  isRepaired: n % 2 === 0,
  latencyMs: n / 7,
  promptTokens: 1,
  completionTokens: 2,
});

test.each([
  { layer: "base", schema: BaseRow, makeRow: baseRow },
  { layer: "refined", schema: RefinedRow, makeRow: refinedRow },
])("the API reads the $layer layer as runners write it, any range across row groups", async ({ schema, makeRow }) => {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-layer-"));
  const path = join(folder, "layer.parquet");
  const rows = Array.from({ length: 2500 }, (_, n) => makeRow(n));
  const writer = createLayerWriter(path, schema as typeof BaseRow);
  for (const row of rows) writer.append(row as BaseRow);
  writer.close();
  const bytes = await readFile(path);
  await rm(folder, { recursive: true });

  const getRange = (_key: string, { start, end }: { start: number; end: number }) =>
    Promise.resolve(new Uint8Array(bytes.subarray(start, end)).buffer);
  const ctx = { storage: { getRange } } as unknown as Context;
  const file = { key: "layer", sizeBytes: bytes.length };
  const some = await readRows(ctx, file, { schema, from: 990, to: 1010 });
  const [last] = await readRows(ctx, file, { schema, from: 2499, to: 3000 });

  expect(some).toEqual(rows.slice(990, 1010));
  expect(last).toEqual(rows[2499]);
});
