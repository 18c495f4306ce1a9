import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseRow, RefinedRow, RejectRow } from "@whetstone/schemas/tasks";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import { createLayerWriter, readLayerRows } from "./layers.ts";

const folder = mkdtempSync(join(tmpdir(), "layers-"));
afterAll(() => rmSync(folder, { recursive: true }));
const python = fileURLToPath(new URL("../../trainer/.venv/bin/python", import.meta.url));
const hasPyarrow = existsSync(python) && canImportPyarrow();

function canImportPyarrow(): boolean {
  try {
    execFileSync(python, ["-c", "import pyarrow.parquet"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const makeRefined = (n: number): RefinedRow => ({
  uid: n.toString(16).padStart(32, "0"),
  positiveDescription: `a zebra № ${n}`,
  negativeDescription: "",
  positiveTags: n % 2 ? [] : ["zebra", "zèbre", `tag ${n}`],
  negativeTags: ["horse"],
  refiner: "embedded",
  modelHash: "m",
  promptHash: "p",
  isRepaired: n % 3 === 0,
  latencyMs: n + 0.5,
  promptTokens: n,
  completionTokens: 2 ** 33 + n,
});
const makeBase = (n: number, text: string): BaseRow => ({
  uid: n.toString(16).padStart(32, "0"),
  imageMember: "a.png",
  imageOffset: 2 ** 40,
  imageBytes: 7,
  imageFormat: "png",
  imageSha256: "0".repeat(64),
  imagePhash: "0123456789abcdef",
  width: 1,
  height: 2,
  text,
  label: n % 2 ? null : "zebra",
  metadata: "{}",
  source: "x.tar:a",
});

function write(name: string, schema: Parameters<typeof createLayerWriter>[1], rows: Record<string, unknown>[]): string {
  const path = join(folder, name);
  const writer = createLayerWriter(path, schema);
  for (const row of rows) writer.append(row);
  writer.close();
  return path;
}

describe("layers", { timeout: 60_000 }, () => {
  it("gives back every row as it was, lists, nulls and large integers included", async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => makeRefined(n));

    const path = write("refined.parquet", RefinedRow, rows);

    expect(await readLayerRows(path, RefinedRow)).toEqual(rows);
  });

  it("closes a row group at 1000 rows or 32 MB, whichever comes first", async () => {
    const rows = [
      ...Array.from({ length: 40 }, (_, n) => makeBase(n, "x".repeat(1024 ** 2))),
      ...Array.from({ length: 1010 }, (_, n) => makeBase(n, "y")),
    ];

    const { row_groups: groups } = await parquetMetadataAsync(
      await asyncBufferFromFile(write("base.parquet", BaseRow, rows)),
    );

    expect(groups.map((group) => Number(group.num_rows))).toEqual([32, 1000, 18]);
  });

  it("writes the same bytes for the same rows", () => {
    const rows = [makeBase(1, "a"), makeBase(2, "b")];

    expect(readFileSync(write("one.parquet", BaseRow, rows))).toEqual(
      readFileSync(write("two.parquet", BaseRow, rows)),
    );
  });

  it("writes a readable layer of no rows", async () => {
    const path = write("empty.parquet", RejectRow, []);

    expect(statSync(path).size).toBeGreaterThan(8);
    expect(await readLayerRows(path, RejectRow)).toEqual([]);
  });

  it.skipIf(!hasPyarrow)("is read by pyarrow with the types promised", () => {
    const refined = write("py-refined.parquet", RefinedRow, [makeRefined(0), makeRefined(1)]);
    const base = write("py-base.parquet", BaseRow, [makeBase(0, "é"), makeBase(1, "b")]);
    const script = `
import json, sys, pyarrow.parquet as pq
refined, base = pq.read_table(sys.argv[1]), pq.read_table(sys.argv[2])
print(json.dumps({"tags": refined["positive_tags"].to_pylist(), "type": str(refined.schema.field("positive_tags").type),
  "tokens": refined["completion_tokens"].to_pylist(), "offset": str(base.schema.field("image_offset").type),
  "text": base["text"].to_pylist(), "label": base["label"].to_pylist(), "codec": pq.ParquetFile(sys.argv[2]).metadata.row_group(0).column(0).compression}))`;

    const seen: unknown = JSON.parse(execFileSync(python, ["-c", script, refined, base], { encoding: "utf8" }));

    expect(seen).toEqual({
      tags: [["zebra", "zèbre", "tag 0"], []],
      type: "list<element: string not null>",
      tokens: [2 ** 33, 2 ** 33 + 1],
      offset: "int64",
      text: ["é", "b"],
      label: ["zebra", null],
      codec: "ZSTD",
    });
  });
});
