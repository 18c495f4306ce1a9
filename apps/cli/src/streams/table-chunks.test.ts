import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readTableChunks, type TableChunk } from "./table-chunks.ts";

async function chunksOf(text: string): Promise<TableChunk[]> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-chunks-"));
  const path = join(folder, "data-log.tsv");
  await writeFile(path, text);
  try {
    const chunks: TableChunk[] = [];
    for await (const chunk of readTableChunks(path)) chunks.push(chunk);
    return chunks;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("cuts a long table into pieces that each carry the header and know their place", async () => {
  const rows = Array.from({ length: 45_000 }, (_, i) => String(i));

  const chunks = await chunksOf(`exp_num\n${rows.join("\n")}\n`);

  expect(chunks.map(({ firstLine, rowCount }) => [firstLine, rowCount])).toEqual([
    [2, 20_000],
    [20_002, 20_000],
    [40_002, 5_000],
  ]);
  expect(chunks.flatMap(({ text }) => text.split("\n").slice(1))).toEqual(rows);
  expect(new Set(chunks.map(({ text }) => text.split("\n")[0]))).toEqual(new Set(["exp_num"]));
});

it("cuts wide rows by their size", async () => {
  const chunks = await chunksOf(`a\n${Array.from({ length: 10 }, () => "x".repeat(500_000)).join("\n")}`);

  expect(chunks.map(({ rowCount }) => rowCount)).toEqual([2, 2, 2, 2, 2]);
});

it("gives a table of a header alone to the API to refuse", async () => {
  expect(await chunksOf("exp_num\n")).toEqual([{ text: "exp_num", firstLine: 2, rowCount: 0 }]);
});
