import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-image.ts";
import { decodeJpeg } from "./decode-jpeg.ts";

const most = 1_000_000;
const fixture = (name: string) => readFileSync(new URL(`../../../tests/fixtures/preprocess/${name}`, import.meta.url));
const bySharp = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).autoOrient().toColourspace("srgb").raw().toBuffer();

/** 61 x 47 pixels, so that no side is a whole number of blocks. */
function paint() {
  const rgb = Buffer.from(Array.from({ length: 3 * 61 * 47 }, (_, i) => (i * i * 31 + 7 * i) % 251));
  return sharp(rgb, { raw: { width: 61, height: 47, channels: 3 } }).blur(1);
}

// Where the library isn't there for the system, sharp decodes all, and there is nothing to compare.
describe.skipIf(process.platform !== "linux")("a JPEG by libjpeg-turbo", () => {
  it.each([
    ["subsampled", () => paint().jpeg({ chromaSubsampling: "4:2:0" }).toBuffer()],
    ["full colour", () => paint().jpeg({ chromaSubsampling: "4:4:4", quality: 97 }).toBuffer()],
    ["progressive", () => paint().jpeg({ progressive: true }).toBuffer()],
    ["marked upright", () => paint().withMetadata({ orientation: 1 }).jpeg().toBuffer()],
    ["of others", async () => fixture("subsampled.jpg")],
    ["with a profile", async () => fixture("profile.jpg")],
  ])("has sharp's bytes: %s", async (_, make) => {
    const bytes = await make();

    const [decoded, expected] = [await decodeJpeg(bytes, most), await bySharp(bytes)];

    expect(expected.equals(decoded?.data ?? Buffer.alloc(0))).toBe(true);
  });

  it("is grey three times over when grey", async () => {
    const bytes = fixture("grey.jpg");

    const [decoded, grey] = [await decodeJpeg(bytes, most), await sharp(bytes).greyscale().raw().toBuffer()];

    expect(decoded?.data).toEqual(Buffer.from([...grey].flatMap((value) => [value, value, value])));
  });

  it.each([
    ["a turned one", () => paint().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ["colours of print", () => paint().toColourspace("cmyk").jpeg().toBuffer()],
    ["a PNG", () => paint().png().toBuffer()],
    ["one cut off", async () => (await paint().jpeg().toBuffer()).subarray(0, 900)],
    ["one cut off in its head", async () => (await paint().jpeg().toBuffer()).subarray(0, 30)],
    ["nothing", async () => Buffer.alloc(0)],
  ])("is left to sharp: %s", async (_, make) => {
    expect(await decodeJpeg(await make(), most)).toBeNull();
  });

  it("is left to sharp, which refuses it, when its head claims too many pixels", async () => {
    const bytes = await paint().jpeg().toBuffer();

    expect(await decodeJpeg(bytes, 61 * 47 - 1)).toBeNull();
  });

  it("comes out right when many are decoded side by side", async () => {
    const files = await Promise.all([10, 50, 90].map((quality) => paint().jpeg({ quality }).toBuffer()));
    const expected = await Promise.all(files.map(bySharp));

    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => decodeImage(files[i % 3] ?? Buffer.alloc(0))));

    expect(all.every(({ data }, i) => expected[i % 3]?.equals(data))).toBe(true);
  });
});
