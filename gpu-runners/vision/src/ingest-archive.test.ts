import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openShard, readLayerRows } from "@whetstone/runtime";
import { BaseRow, RejectRow } from "@whetstone/schemas/tasks";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { archiveLimits } from "./ingest/archive-limits.ts";
import { makeImage, makePng, makeTar, makeZip } from "./ingest/make-archive.ts";
import { deriveUid, ingest, type IngestOptions } from "./ingest-archive.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
const photos = fileURLToPath(new URL("../../../../shared/data/photos/photos-200.tar", import.meta.url));
const hex = (digit: string): string => digit.repeat(32);

async function ingestBytes(bytes: Buffer, options: Partial<IngestOptions["params"]> & Pick<Partial<IngestOptions>, "limits" | "signal"> = {}) {
  const { limits, signal = new AbortController().signal, ...params } = options;
  const workDir = mkdtempSync(join(tmpdir(), "ingest-"));
  const outDir = mkdtempSync(join(tmpdir(), "ingest-out-"));
  folders.push(workDir, outDir);
  writeFileSync(join(workDir, "archive"), bytes);
  const progress: [number, number][] = [];
  const result = await ingest(join(workDir, "archive"), {
    params: { filename: "x.tar", maxShardSamples: 1000, maxShardBytes: 10 ** 9, maxImagePixels: 10 ** 7, maxImageBytes: 10 ** 7, ...params },
    workDir,
    write: async (name, path) => copyFileSync(path, join(outDir, name)),
    progress: (done, total) => void progress.push([done, total]),
    signal,
    ...(limits && { limits }),
  });
  const rows: BaseRow[] = [];
  for (const { base } of result.shards) rows.push(...(await readLayerRows(join(outDir, base), BaseRow)));
  const rejects = result.rejects ? await readLayerRows(join(outDir, result.rejects.file), RejectRow) : [];
  return { result, rows, rejects, outDir, progress };
}
const codes = (rejects: RejectRow[]) => rejects.map(({ source, code }) => [source.replace("x.tar:", ""), code]);
const png = makeImage(1);
const text = "a zebra";

describe("ingest reads", () => {
  it.each(["tar", "tar.gz", "zip"])("a WebDataset %s by its content, whatever its name", async (format) => {
    const members = { "a.png": png, "a.txt": "a zebra\n", "b.png": makeImage(2), "b.json": JSON.stringify({ caption: "a horse", label: "horse", width: 8 }) };
    const tar = await makeTar(members);
    const archive = { tar, "tar.gz": gzipSync(tar), zip: makeZip(members) }[format];

    const { rows, result, outDir } = await ingestBytes(archive ?? tar);

    expect(rows).toMatchObject([
      { uid: deriveUid(png, text), text, label: null, imageFormat: "png", width: 8, height: 8, metadata: "{}", source: "x.tar:a.png" },
      { uid: deriveUid(makeImage(2), "a horse"), text: "a horse", label: "horse", metadata: '{"width":8}' },
    ]);
    const shard = await openShard(join(outDir, "shard-00000.tar"));
    for (const row of rows) expect(createHash("sha256").update(await shard.readImage(row)).digest("hex")).toBe(row.imageSha256);
    await shard.close();
    expect(result.counts).toMatchObject({ samples: 2, rejects: 0 });
  });

  it("texts that come long after their images, or before", async () => {
    const { rows } = await ingestBytes(await makeTar({ "b.txt": "bee", "a.png": png, "b.png": makeImage(2), "a.txt": "ant" }));

    expect(rows.map((row) => row.text)).toEqual(["ant", "bee"]);
  });

  it.each([
    ["metadata.csv", 'file_name,caption,label,artist\na.png,"a ""fine"" zebra",zebra,Ann\nsub/b.png,a horse,,\n'],
    ["metadata.jsonl", '{"file_name":"a.png","text":"a \\"fine\\" zebra","label":"zebra","artist":"Ann"}\n{"file_name":"sub/b.png","alt":"a horse"}\n'],
  ])("an ImageFolder with a %s behind its images", async (name, table) => {
    const { rows } = await ingestBytes(makeZip({ "train/a.png": png, "train/sub/b.png": makeImage(2), [`train/${name}`]: { data: table, isDeflated: true } }));

    expect(rows.map((row) => [row.text, row.label])).toEqual([['a "fine" zebra', "zebra"], ["a horse", null]]);
    expect(JSON.parse(rows[0]?.metadata ?? "")).toEqual({ artist: "Ann" });
  });

  it("folders as labels when nothing else says what the images are", async () => {
    const { rows } = await ingestBytes(await makeTar({ "brown_bear/1.png": png, "zebra/2.png": makeImage(2) }));

    expect(rows.map((row) => [row.text, row.label])).toEqual([["brown bear", "brown_bear"], ["zebra", "zebra"]]);
  });

  it("class indexes by the names the archive gives them", async () => {
    const { rows } = await ingestBytes(await makeTar({ "classnames.txt": "horse\nzebra\n", "a.png": png, "a.txt": text, "a.cls": "1" }));

    expect(rows[0]?.label).toBe("zebra");
  });

  it.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)("%s and keeps its bytes", async (format) => {
    const image = await sharp({ create: { width: 20, height: 10, channels: 3, background: "red" } }).toFormat(format).toBuffer();

    const { rows } = await ingestBytes(await makeTar({ "a.jpg": image, "a.txt": text }));

    expect(rows).toMatchObject([{ imageFormat: format, width: 20, height: 10, imageBytes: image.length }]);
  });

  it("uids from the data where they are given", async () => {
    const { rows } = await ingestBytes(await makeTar({ "a.png": png, "a.json": JSON.stringify({ uid: hex("A"), alt_text: text }) }));

    expect(rows[0]?.uid).toBe(hex("a"));
  });

  it("its own shards to the same rows", async () => {
    const first = await ingestBytes(await makeTar({ "a.png": png, "a.json": JSON.stringify({ caption: text, label: "zebra", artist: "Ann" }) }));

    const second = await ingestBytes(readFileSync(join(first.outDir, "shard-00000.tar")));

    const same = ({ source: _, ...row }: BaseRow) => row;
    expect(second.rows.map(same)).toEqual(first.rows.map(same));
  });

  it("texts as NFC on one line without control characters", async () => {
    const { rows } = await ingestBytes(await makeTar({ "a.png": png, "a.txt": "\ufeff cafe\u0301\r\n\u0007au lait\u0000 " }));

    expect(rows[0]?.text).toBe("caf\u00e9 au lait");
  });

  it("no more metadata than 8 kB", async () => {
    const { rows, result } = await ingestBytes(await makeTar({ "a.png": png, "a.txt": text, "a.json": JSON.stringify({ exif: "x".repeat(9000) }) }));

    expect(rows[0]?.metadata).toMatch(/were dropped/);
    expect(result.counts["droppedMetadata"]).toBe(1);
  });

  it("what systems leave behind as if it were not there", async () => {
    const { rows, rejects } = await ingestBytes(makeZip({ "a.png": png, "a.txt": text, "__MACOSX/._a.png": "junk", ".DS_Store": "junk" }));

    expect([rows.length, rejects.length]).toEqual([1, 0]);
  });

  it.skipIf(!existsSync(photos))("two hundred real photographs", { timeout: 60_000 }, async () => {
    const { rows, rejects, progress } = await ingestBytes(readFileSync(photos), { maxShardSamples: 64 });

    expect([rows.length, rejects.length]).toEqual([200, 0]);
    expect(rows[0]).toMatchObject({ text: "tench", imageFormat: "jpeg" });
    expect(progress.at(-1)).toEqual([200, 200]);
  });
});

describe("ingest writes", () => {
  it("shards of bounded size, the same bytes each time", async () => {
    const members: Record<string, Buffer | string> = {};
    for (let n = 0; n < 25; n += 1) Object.assign(members, { [`${n}.png`]: makeImage(n), [`${n}.txt`]: `text ${n}` });
    const tar = await makeTar(members);

    const [one, two] = [await ingestBytes(tar, { maxShardSamples: 10 }), await ingestBytes(tar, { maxShardSamples: 10 })];

    expect(one.result.shards).toEqual([10, 10, 5].map((sampleCount, n) => ({ shard: `shard-0000${n}.tar`, base: `base-0000${n}.parquet`, sampleCount })));
    for (const { shard, base } of one.result.shards) {
      for (const name of [shard, base]) expect(readFileSync(join(one.outDir, name)).equals(readFileSync(join(two.outDir, name)))).toBe(true);
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

describe("ingest refuses one sample", () => {
  const jpeg = sharp({ create: { width: 600, height: 600, channels: 3, background: "teal" } }).jpeg().toBuffer();

  it.each([
    ["image_unsupported_format", "a text file named .png", { "a.png": "hello, I am no image", "a.txt": text }],
    ["image_unsupported_format", "an SVG", { "a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>", "a.txt": text }],
    ["image_too_many_pixels", "a PNG that claims 50,000 × 50,000 pixels", { "a.png": makePng(50_000, 50_000), "a.txt": text }],
    ["image_undecodable", "a PNG with half its pixels missing", { "a.png": makePng(64, 64, Buffer.alloc(64 * 32)), "a.txt": text }],
    ["image_too_large", "an image of too many bytes", { "a.png": Buffer.concat([png, Buffer.alloc(10 ** 7)]), "a.txt": text }],
    ["text_missing", "an image without a text", { "a.png": png }],
    ["text_missing", "a JSON without a text", { "a.png": png, "a.json": '{"width":3}' }],
    ["text_empty", "an empty caption", { "a.png": png, "a.txt": " \n\u0000" }],
    ["text_invalid_utf8", "a text that is not UTF-8", { "a.png": png, "a.txt": Buffer.from([0x63, 0xe9, 0x20]) }],
    ["text_invalid_utf8", "half a surrogate pair", { "a.png": png, "a.json": '{"text":"\\ud83e"}' }],
    ["text_too_long", "a text of 10,001 characters", { "a.png": png, "a.txt": "x".repeat(10_001) }],
    ["metadata_invalid", "half a JSON", { "a.png": png, "a.json": '{"caption": "a ze' }],
    ["image_missing", "a text without an image", { "a.txt": text }],
  ] as const)("%s: %s", async (code, _, members) => {
    const good = { "z.png": makeImage(9), "z.txt": "fine" };

    const { rows, rejects } = await ingestBytes(await makeTar({ ...members, ...good }));

    expect(rejects.map((reject) => reject.code)).toEqual([code]);
    expect(rows.map((row) => row.text)).toEqual(["fine"]);
  });

  it("image_undecodable: a JPEG that breaks off", async () => {
    const whole = await jpeg;

    const { rejects } = await ingestBytes(await makeTar({ "a.jpg": whole.subarray(0, whole.length * 0.7), "a.txt": text }));

    expect(codes(rejects)).toEqual([["a.jpg", "image_undecodable"]]);
  });

  it("uid_duplicate: a second image of a key, a second sample of a uid, the same pair twice", async () => {
    const uid = JSON.stringify({ uid: hex("b"), text });

    const { rows, rejects } = await ingestBytes(
      await makeTar({ "a.png": png, "a.jpg": png, "a.txt": text, "b.png": png, "b.txt": text, "c.png": makeImage(3), "c.json": uid, "d.png": makeImage(4), "d.json": uid }),
    );

    expect(rows.map((row) => row.source)).toEqual(["x.tar:a.png", "x.tar:c.png"]);
    expect(codes(rejects)).toEqual([["a.jpg", "uid_duplicate"], ["b.png", "uid_duplicate"], ["d.png", "uid_duplicate"]]);
  });

  it("image_missing, text_missing, metadata_invalid, uid_duplicate: rows and images that do not match", async () => {
    const table = "file_name,text\na.png,fine\ngone.png,nobody\n../up.png,x\n,y\na.png,again\nb.png,one,two,three\n";

    const { rows, rejects } = await ingestBytes(await makeTar({ "metadata.csv": table, "a.png": png, "lonely.png": makeImage(2) }));

    expect(rows.length).toBe(1);
    expect(codes(rejects)).toEqual([
      ["metadata.csv:4", "metadata_invalid"],
      ["metadata.csv:5", "metadata_invalid"],
      ["metadata.csv:6", "uid_duplicate"],
      ["metadata.csv:7", "metadata_invalid"],
      ["lonely.png", "text_missing"],
      ["metadata.csv:3", "image_missing"],
    ]);
  });

  it("image_undecodable: a zip member whose CRC does not match", async () => {
    const { rows, rejects } = await ingestBytes(makeZip({ "a.png": { data: png, crc: 1 }, "a.txt": text, "b.png": makeImage(2), "b.txt": "b" }));

    expect([rows.length, codes(rejects)]).toEqual([1, [["a.png", "image_undecodable"]]]);
  });
});

describe("ingest refuses the whole archive", () => {
  const members = { "a.png": png, "a.txt": text, "b.png": makeImage(2), "b.txt": "two" };

  it.each<[string, string, () => Promise<Buffer> | Buffer, RegExp]>([
    ["archive_empty", "a file of no bytes", () => Buffer.alloc(0), /no bytes/],
    ["archive_empty", "a tar without members", () => makeTar({}), /no members/],
    ["archive_empty", "an archive of neither images nor texts", () => makeTar({ "README.md": "hi" }), /neither/],
    ["archive_unknown_format", "a PDF", () => Buffer.from(`%PDF-1.7 ${"x".repeat(2000)}`), /neither a tar/],
    ["archive_unknown_format", "a gzip of no tar", () => gzipSync(Buffer.alloc(5000, "x")), /does not hold a tar/],
    ["archive_unknown_format", "an encrypted zip", () => makeZip({ "a.png": { data: png, isDeflated: true, isEncrypted: true } }), /encrypted/],
    ["archive_truncated", "a tar cut inside a member", async () => (await makeTar(members)).subarray(0, 2580), /in or after member b\.png/],
    ["archive_truncated", "a tar cut between members", async () => (await makeTar(members)).subarray(0, 2048), /in or after member a\.txt/],
    ["archive_truncated", "a gzipped tar cut short", async () => { const whole = gzipSync(await makeTar(members)); return whole.subarray(0, whole.length - 40); }, /in or after member/],
    ["archive_truncated", "a zip without its directory", () => makeZip(members).subarray(0, 400), /zip is broken/],
    ["archive_unsafe_path", "a tar with ../", () => makeTar({ "../../etc/a.png": png }), /outside of the archive/],
    ["archive_unsafe_path", "a tar with an absolute path", () => makeTar({ "/etc/a.png": png }), /outside of the archive/],
    ["archive_unsafe_path", "a zip with ../", () => makeZip({ "../a.png": png }), /relative path/],
    ["archive_unsafe_path", "a zip with backslashes up", () => makeZip({ "..\\a.png": png }), /relative path/],
    ["archive_link", "a tar with a symbolic link", () => makeTar(members, [{ name: "c.png", type: "symlink", linkname: "/etc/passwd" }]), /symlink/],
    ["archive_link", "a tar with a hard link", () => makeTar(members, [{ name: "c.png", type: "link", linkname: "a.png" }]), /is a link/],
    ["archive_link", "a tar with a device", () => makeTar(members, [{ name: "c.png", type: "character-device" }]), /character-device/],
    ["archive_link", "a zip with a symbolic link", () => makeZip({ "a.png": { data: "/etc/passwd", mode: 0o120777 } }), /link/],
    ["archive_bomb", "a gzipped tar that inflates a thousandfold", async () => gzipSync(await makeTar({ "a.txt": Buffer.alloc(5 * 10 ** 6) })), /inflates|declares/],
    ["archive_bomb", "a zip that says it inflates a thousandfold", () => makeZip({ "a.txt": { data: Buffer.alloc(5 * 10 ** 6), isDeflated: true } }), /declares 5000000 bytes/],
    ["archive_bomb", "a zip that hides how far it inflates", () => makeZip({ "a.txt": { data: Buffer.alloc(5 * 10 ** 6), isDeflated: true, size: 100 } }), /more than the 100 bytes/],
    ["archive_too_many_members", "an archive of too many members", () => makeTar(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}.txt`, "x"]))), /more than 50/],
  ])("%s: %s", async (code, _, make, message) => {
    const limits = { ...archiveLimits, maxMembers: 50, maxRatio: 20, freeInflatedBytes: 10 ** 6 };

    const refused = ingestBytes(await make(), { limits });

    await expect(refused).rejects.toMatchObject({ name: "TaskError", code, fate: "final" });
    await expect(refused).rejects.toThrow(message);
  });

  it("and stops at once when it is told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("cancelled"));

    await expect(ingestBytes(await makeTar(members), { signal: stop.signal })).rejects.toThrow("cancelled");
  });
});
