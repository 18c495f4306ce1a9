import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openShard } from "@whetstone/runtime";
import type { BaseRow } from "@whetstone/schemas/tasks";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ingestBytes } from "./ingest/ingest-bytes.ts";
import { makeImage, makeTar, makeZip } from "./ingest/make-archive.ts";
import { deriveUid } from "./ingest-archive.ts";

const photos = fileURLToPath(new URL("../../../../shared/data/photos/photos-200.tar", import.meta.url));
const hex = (digit: string): string => digit.repeat(32);
const png = makeImage(1);
const text = "a zebra";

describe("ingest reads", { timeout: 60_000 }, () => {
  it.each(["tar", "tar.gz", "zip"])("a WebDataset %s by its content, whatever its name", async (format) => {
    const members = {
      "a.png": png,
      "a.txt": "a zebra\n",
      "b.png": makeImage(2),
      "b.json": JSON.stringify({ caption: "a horse", label: "horse", width: 8 }),
    };
    const tar = await makeTar(members);
    const archive = { tar, "tar.gz": gzipSync(tar), zip: makeZip(members) }[format];

    const { rows, result, outDir } = await ingestBytes(archive ?? tar);

    expect(rows).toMatchObject([
      {
        uid: deriveUid(png, text),
        text,
        label: null,
        imageFormat: "png",
        width: 8,
        height: 8,
        metadata: "{}",
        source: "x.tar:a.png",
      },
      { uid: deriveUid(makeImage(2), "a horse"), text: "a horse", label: "horse", metadata: '{"width":8}' },
    ]);
    const shard = await openShard(join(outDir, "shard-00000.tar"));
    for (const row of rows)
      expect(
        createHash("sha256")
          .update(await shard.readImage(row))
          .digest("hex"),
      ).toBe(row.imageSha256);
    await shard.close();
    expect(result.counts).toMatchObject({ samples: 2, rejects: 0 });
  });

  it("texts that come long after their images, or before", async () => {
    const { rows } = await ingestBytes(
      await makeTar({ "b.txt": "bee", "a.png": png, "b.png": makeImage(2), "a.txt": "ant" }),
    );

    expect(rows.map((row) => row.text)).toEqual(["ant", "bee"]);
  });

  it.each([
    ["metadata.csv", 'file_name,caption,label,artist\na.png,"a ""fine"" zebra",zebra,Ann\nsub/b.png,a horse,,\n'],
    [
      "metadata.jsonl",
      '{"file_name":"a.png","text":"a \\"fine\\" zebra","label":"zebra","artist":"Ann"}\n{"file_name":"sub/b.png","alt":"a horse"}\n',
    ],
  ])("an ImageFolder with a %s behind its images", async (name, table) => {
    const { rows } = await ingestBytes(
      makeZip({
        "train/a.png": png,
        "train/sub/b.png": makeImage(2),
        [`train/${name}`]: { data: table, isDeflated: true },
      }),
    );

    expect(rows.map((row) => [row.text, row.label])).toEqual([
      ['a "fine" zebra', "zebra"],
      ["a horse", null],
    ]);
    expect(JSON.parse(rows[0]?.metadata ?? "")).toEqual({ artist: "Ann" });
  });

  it("folders as labels when nothing else says what the images are", async () => {
    const { rows } = await ingestBytes(await makeTar({ "brown_bear/1.png": png, "zebra/2.png": makeImage(2) }));

    expect(rows.map((row) => [row.text, row.label])).toEqual([
      ["brown bear", "brown_bear"],
      ["zebra", "zebra"],
    ]);
  });

  it("class indexes by the names the archive gives them", async () => {
    const { rows } = await ingestBytes(
      await makeTar({ "classnames.txt": "horse\nzebra\n", "a.png": png, "a.txt": text, "a.cls": "1" }),
    );

    expect(rows[0]?.label).toBe("zebra");
  });

  it.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)("%s and keeps its bytes", async (format) => {
    const image = await sharp({ create: { width: 20, height: 10, channels: 3, background: "red" } })
      .toFormat(format)
      .toBuffer();

    const { rows } = await ingestBytes(await makeTar({ "a.jpg": image, "a.txt": text }));

    expect(rows).toMatchObject([{ imageFormat: format, width: 20, height: 10, imageBytes: image.length }]);
  });

  it("uids from the data where they are given", async () => {
    const { rows } = await ingestBytes(
      await makeTar({ "a.png": png, "a.json": JSON.stringify({ uid: hex("A"), alt_text: text }) }),
    );

    expect(rows[0]?.uid).toBe(hex("a"));
  });

  it("its own shards to the same rows", async () => {
    const first = await ingestBytes(
      await makeTar({ "a.png": png, "a.json": JSON.stringify({ caption: text, label: "zebra", artist: "Ann" }) }),
    );

    const second = await ingestBytes(readFileSync(join(first.outDir, "shard-00000.tar")));

    const same = (row: BaseRow) => ({ ...row, source: "" });
    expect(second.rows.map(same)).toEqual(first.rows.map(same));
  });

  it("texts as NFC on one line without control characters", async () => {
    const { rows } = await ingestBytes(
      await makeTar({ "a.png": png, "a.txt": "\ufeff cafe\u0301\r\n\u0007au lait\u0000 " }),
    );

    expect(rows[0]?.text).toBe("caf\u00e9 au lait");
  });

  it("no more metadata than 8 kB", async () => {
    const { rows, result } = await ingestBytes(
      await makeTar({ "a.png": png, "a.txt": text, "a.json": JSON.stringify({ exif: "x".repeat(9000) }) }),
    );

    expect(rows[0]?.metadata).toMatch(/were dropped/);
    expect(result.counts["droppedMetadata"]).toBe(1);
  });

  it("what systems leave behind as if it were not there", async () => {
    const { rows, rejects } = await ingestBytes(
      makeZip({ "a.png": png, "a.txt": text, "__MACOSX/._a.png": "junk", ".DS_Store": "junk" }),
    );

    expect([rows.length, rejects.length]).toEqual([1, 0]);
  });

  it.skipIf(!existsSync(photos))("two hundred real photographs", { timeout: 60_000 }, async () => {
    const { rows, rejects, progress } = await ingestBytes(readFileSync(photos), { maxShardSamples: 64 });

    expect([rows.length, rejects.length]).toEqual([200, 0]);
    expect(rows[0]).toMatchObject({ text: "tench", imageFormat: "jpeg" });
    expect(progress.at(-1)).toEqual([200, 200]);
  });
});

describe("ingest writes", { timeout: 60_000 }, () => {
  it("shards of bounded size, the same bytes each time", async () => {
    const members: Record<string, Buffer | string> = {};
    for (let n = 0; n < 25; n += 1) Object.assign(members, { [`${n}.png`]: makeImage(n), [`${n}.txt`]: `text ${n}` });
    const tar = await makeTar(members);

    const [one, two] = [
      await ingestBytes(tar, { maxShardSamples: 10 }),
      await ingestBytes(tar, { maxShardSamples: 10 }),
    ];

    expect(one.result.shards).toEqual(
      [10, 10, 5].map((sampleCount, n) => ({
        shard: `shard-0000${n}.tar`,
        base: `base-0000${n}.parquet`,
        sampleCount,
      })),
    );
    for (const { shard, base } of one.result.shards) {
      for (const name of [shard, base])
        expect(readFileSync(join(one.outDir, name)).equals(readFileSync(join(two.outDir, name)))).toBe(true);
    }
  });

  it("no shard over its byte limit but for a single sample", async () => {
    const members: Record<string, Buffer | string> = {};
    for (let n = 0; n < 12; n += 1) Object.assign(members, { [`${n}.png`]: makeImage(n), [`${n}.txt`]: `text ${n}` });

    const { result, outDir } = await ingestBytes(await makeTar(members), { maxShardBytes: 8192 });

    expect(result.shards.length).toBeGreaterThan(3);
    for (const { shard } of result.shards) expect(readFileSync(join(outDir, shard)).length).toBeLessThanOrEqual(8192);
  });
});
