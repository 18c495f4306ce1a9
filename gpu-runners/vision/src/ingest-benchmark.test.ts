import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { codes, ingestBytes } from "./ingest/ingest-bytes.ts";
import { makeImage, makeTar } from "./ingest/make-archive.ts";

const hf = fileURLToPath(new URL("../../../tests/fixtures/test-hf-dataset.parquet", import.meta.url));
const cifar = fileURLToPath(new URL("../../../../shared/data/cifar10/test-00000-of-00001.parquet", import.meta.url));
const metadataOf = (row: { metadata: string } | undefined) =>
  JSON.parse(row?.metadata ?? "{}") as Record<string, unknown>;

/** A `.npy` of small numbers, as NumPy writes it. */
function makeNpy(descr: string, data: ArrayBufferView & { length: number }): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${data.length},), }`.padEnd(117) + "\n";
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    size,
    Buffer.from(header, "latin1"),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

describe("ingest reads CLIP_benchmark's layout", { timeout: 60_000 }, () => {
  const classes = "sea lion\ncrane\ncrane\n";

  it("a whole folder with its shards: class names, templates, splits", async () => {
    const { rows, rejects, result } = await ingestBytes(
      await makeTar({
        "set/classnames.txt": classes,
        "set/zeroshot_classification_templates.txt": "a photo of a {c}.\nart of the {c}\n",
        "set/train/nshards.txt": "1",
        "set/train/0.tar": await makeTar({ "s0000000.webp": makeImage(0), "s0000000.cls": "0" }),
        "set/test/nshards.txt": "2",
        "set/test/0.tar": await makeTar({ "s0000000.png": makeImage(1), "s0000000.cls": "1" }),
        "set/test/1.tar": await makeTar({ "s0000000.png": makeImage(2), "s0000000.cls": "2" }),
      }),
    );

    expect(rejects).toEqual([]);
    expect(rows.map(({ label, text, metadata, source }) => [label, text, JSON.parse(metadata), source])).toEqual([
      ["sea lion", "sea lion", { class_index: 0, split: "train" }, "x.tar:set/train/0/s0000000.webp"],
      ["crane", "crane", { class_index: 1, split: "test" }, "x.tar:set/test/0/s0000000.png"],
      ["crane", "crane", { class_index: 2, split: "test" }, "x.tar:set/test/1/s0000000.png"],
    ]);
    expect(result.benchmark).toEqual({
      type: "classification",
      classNames: ["sea lion", "crane", "crane"],
      templates: ["a photo of a {}.", "art of the {}"],
    });
  });

  it("a shard alone, when the run says what lies beside it", async () => {
    const { rows, result } = await ingestBytes(await makeTar({ "a.png": makeImage(1), "a.cls": "2" }), {
      benchmark: { classNames: ["x", "y", "sea_lion"] },
      split: "test",
    });

    expect(rows).toMatchObject([{ label: "sea_lion", text: "sea lion" }]);
    expect(metadataOf(rows[0])).toEqual({ class_index: 2, split: "test" });
    expect(result.benchmark).toMatchObject({ classNames: ["x", "y", "sea_lion"], templates: [] });
  });

  it("captions, one a line, whose own newlines are escaped", async () => {
    const { rows, result } = await ingestBytes(
      await makeTar({ "dataset_type.txt": "retrieval\n", "a.png": makeImage(1), "a.txt": "one dog\ntwo\\ndogs\n\n" }),
    );

    expect(rows[0]?.text).toBe("one dog");
    expect(metadataOf(rows[0])).toEqual({ captions: ["one dog", "two dogs"] });
    expect(result.benchmark?.type).toBe("retrieval");
  });

  it.each([
    ["<i8", BigInt64Array.of(1n, 0n, 1n)],
    ["|b1", Uint8Array.of(1, 0, 1)],
    ["<f4", Float32Array.of(1, 0, 1)],
  ] as const)("several labels an image from a .npy of %s", async (descr, data) => {
    const { rows } = await ingestBytes(
      await makeTar({
        "dataset_type.txt": "multilabel",
        "classnames.txt": "cat\ndog\nsea\n",
        "a.png": makeImage(1),
        "a.npy": makeNpy(descr, data),
        "b.png": makeImage(2),
        "b.npy": makeNpy("<i8", BigInt64Array.of(0n, 0n, 0n)),
      }),
    );

    expect(rows.map(({ text, label }) => [text, label])).toEqual([
      ["cat, sea", null],
      ["none of the classes", null],
    ]);
    expect(rows.map(metadataOf)).toEqual([{ labels: ["cat", "sea"] }, { labels: [] }]);
  });

  it("WILDS' numbers beside a class", async () => {
    const { rows } = await ingestBytes(
      await makeTar({
        "classnames.txt": classes,
        "a.png": makeImage(1),
        "a.cls": "0",
        "a.npy": makeNpy("<i8", BigInt64Array.of(4n, 2016n)),
      }),
    );

    expect(metadataOf(rows[0])).toEqual({ class_index: 0, npy: [4, 2016] });
  });

  it("but no bare number as a text", async () => {
    const { rejects } = await ingestBytes(
      await makeTar({ "a.png": makeImage(1), "a.cls": "7", "z.png": makeImage(2), "z.txt": "fine" }),
    );

    expect(codes(rejects)).toEqual([["a.png", "text_missing"]]);
  });
});

describe("ingest reads Hugging Face Parquet", { timeout: 120_000 }, () => {
  it("images, class names, captions and the split of the file's name", async () => {
    const { rows, rejects, result } = await ingestBytes(readFileSync(hf), { filename: "test-00000-of-00001.parquet" });

    expect(rows.map(({ text, label }) => [text, label])).toEqual([
      ["a cat", "cat"],
      ["a sea lion", "sea_lion"],
      ["fox", "fox"],
      ["it swims", "sea_lion"],
      ["no label here", null],
    ]);
    expect(metadataOf(rows[0])).toEqual({
      captions: ["a cat", "one cat"],
      coarse: "pet",
      labels: ["animal"],
      note: "é",
      class_index: 0,
      split: "test",
    });
    expect(rejects.map(({ source, code }) => [source, code])).toEqual([
      ["test-00000-of-00001.parquet:0000005.jpg", "image_undecodable"],
    ]);
    expect(result.benchmark?.classNames).toEqual(["cat", "sea_lion", "fox"]);
  });

  it.each([
    ["archive_truncated", "half a file", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["checksum_mismatch", "a damaged page", (bytes: Buffer) => Buffer.from(bytes).fill(0x55, 40, 400)],
  ])("%s: %s", async (code, _, spoil) => {
    await expect(ingestBytes(spoil(readFileSync(hf)))).rejects.toMatchObject({ code, fate: "final" });
  });

  it.skipIf(!existsSync(cifar))("all of CIFAR-10's test images", async () => {
    const { rows, rejects, result } = await ingestBytes(readFileSync(cifar), {
      filename: "test-00000-of-00001.parquet",
    });

    expect([rows.length, rejects.length]).toEqual([10_000, 0]);
    expect(new Set(rows.map(({ label }) => label)).size).toBe(10);
    expect(result.benchmark?.classNames.slice(0, 3)).toEqual(["airplane", "automobile", "bird"]);
  });
});
