import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { codes, ingestBytes } from "./ingest-bytes.ts";
import { makeImage, makePng, makeTar, makeZip } from "./make-archive.ts";

const hex = (digit: string): string => digit.repeat(32);
const png = makeImage(1);
const text = "a zebra";

describe("ingest refuses one sample", { timeout: 60_000 }, () => {
  const jpeg = sharp({ create: { width: 600, height: 600, channels: 3, background: "teal" } })
    .jpeg()
    .toBuffer();

  it.each([
    ["image_unsupported_format", "a text file named .png", { "a.png": "hello, I am no image", "a.txt": text }],
    ["image_unsupported_format", "an SVG", { "a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>", "a.txt": text }],
    [
      "image_too_many_pixels",
      "a PNG that claims 50,000 × 50,000 pixels",
      { "a.png": makePng(50_000, 50_000), "a.txt": text },
    ],
    [
      "image_undecodable",
      "a PNG with half its pixels missing",
      { "a.png": makePng(64, 64, Buffer.alloc(64 * 32)), "a.txt": text },
    ],
    [
      "image_too_large",
      "an image of too many bytes",
      { "a.png": Buffer.concat([png, Buffer.alloc(10 ** 7)]), "a.txt": text },
    ],
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

    const { rejects } = await ingestBytes(
      await makeTar({ "a.jpg": whole.subarray(0, whole.length * 0.7), "a.txt": text }),
    );

    expect(codes(rejects)).toEqual([["a.jpg", "image_undecodable"]]);
  });

  it("uid_duplicate: a second image of a key, a second sample of a uid, the same pair twice", async () => {
    const uid = JSON.stringify({ uid: hex("b"), text });

    const { rows, rejects } = await ingestBytes(
      await makeTar({
        "a.png": png,
        "a.jpg": png,
        "a.txt": text,
        "b.png": png,
        "b.txt": text,
        "c.png": makeImage(3),
        "c.json": uid,
        "d.png": makeImage(4),
        "d.json": uid,
      }),
    );

    expect(rows.map((row) => row.source)).toEqual(["x.tar:a.png", "x.tar:c.png"]);
    expect(codes(rejects)).toEqual([
      ["a.jpg", "uid_duplicate"],
      ["b.png", "uid_duplicate"],
      ["d.png", "uid_duplicate"],
    ]);
  });

  it("image_missing, text_missing, metadata_invalid, uid_duplicate: rows and images that do not match", async () => {
    const table = "file_name,text\na.png,fine\ngone.png,nobody\n../up.png,x\n,y\na.png,again\nb.png,one,two,three\n";

    const { rows, rejects } = await ingestBytes(
      await makeTar({ "metadata.csv": table, "a.png": png, "lonely.png": makeImage(2) }),
    );

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
    const { rows, rejects } = await ingestBytes(
      makeZip({ "a.png": { data: png, crc: 1 }, "a.txt": text, "b.png": makeImage(2), "b.txt": "b" }),
    );

    expect([rows.length, codes(rejects)]).toEqual([1, [["a.png", "image_undecodable"]]]);
  });
});
