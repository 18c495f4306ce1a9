import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImageInput } from "@whetstone/schemas/api";
import { createPreprocessor } from "./preprocess.ts";

const image: ImageInput = {
  size: 4,
  mean: [0.5, 0.25, 0],
  std: [0.5, 0.25, 1],
  resize: "squash",
  interpolation: "bicubic",
};
const toPixels = (bytes: Uint8Array, input: ImageInput) => createPreprocessor(input)(bytes);
const plane = (pixels: Float32Array, channel: number) => Array.from(pixels.subarray(channel * 16, channel * 16 + 16));
const makePng = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();

describe("a preprocessor", () => {
  it("gives planar floats, each channel with its own mean and deviation", async () => {
    const pixels = await toPixels(await makePng(4, 4, "#ff8000"), {
      ...image,
      mean: [0.5, 0.25, 0],
      std: [0.5, 0.25, 1],
    });

    expect(plane(pixels, 0).every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
    expect(plane(pixels, 1).every((value) => Math.abs(value - (128 / 255 - 0.25) / 0.25) < 1e-6)).toBe(true);
    expect(plane(pixels, 2).every((value) => value === 0)).toBe(true);
  });

  it("puts what is transparent on white, and reads grey images as colour", async () => {
    const clear = await toPixels(await makePng(8, 8, "#00000000"), { ...image, mean: [0, 0, 0], std: [1, 1, 1] });
    const grey = await sharp(Buffer.alloc(16, 255), { raw: { width: 4, height: 4, channels: 1 } })
      .png()
      .toBuffer();

    expect(new Set(clear)).toEqual(new Set([1]));
    expect(new Set(await toPixels(grey, { ...image, mean: [0, 0, 0], std: [1, 1, 1] }))).toEqual(new Set([1]));
  });

  it("turns an image upright by its EXIF mark", async () => {
    const whiteOverBlack = Buffer.concat([Buffer.alloc(24, 255), Buffer.alloc(24, 0)]);
    const turned = await sharp(whiteOverBlack, { raw: { width: 4, height: 4, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();

    const pixels = await toPixels(turned, { ...image, mean: [0, 0, 0], std: [1, 1, 1] });

    // Orientation 6 is a quarter turn clockwise: what was on top comes to the right.
    expect(plane(pixels, 0).slice(0, 4)).toEqual([0, 0, 1, 1]);
  });

  it("squashes or crops the middle, as the package says", async () => {
    const white = { width: 4, height: 4, channels: 3 as const, background: "#ffffff" };
    const bars = await sharp({ create: { width: 12, height: 4, channels: 3, background: "#000000" } })
      .composite([{ input: { create: white }, left: 4, top: 0 }])
      .png()
      .toBuffer();

    const cropped = await toPixels(bars, { ...image, resize: "shortest", mean: [0, 0, 0], std: [1, 1, 1] });
    const squashed = await toPixels(bars, { ...image, mean: [0, 0, 0], std: [1, 1, 1] });

    expect(new Set(plane(cropped, 0))).toEqual(new Set([1]));
    expect(squashed[0]).toBeLessThan(0.1);
  });
});

describe("the floats of an image", () => {
  const fixtures = new URL("../../../tests/fixtures/preprocess/", import.meta.url);
  const expected: { file: string; input: ImageInput; sha256: string }[] = JSON.parse(
    readFileSync(new URL("expected.json", fixtures), "utf8"),
  );

  it.each(expected)(
    "are those of Pillow and torchvision, bit for bit: $file at $input.size, $input.resize, $input.interpolation",
    async ({ file, input, sha256 }) => {
      const pixels = await toPixels(readFileSync(new URL(file, fixtures)), input);

      expect(createHash("sha256").update(pixels).digest("hex")).toBe(sha256);
    },
  );

  it("of an odd middle lie where transformers cuts it, if the package says so", async () => {
    const columns = Buffer.from([0, 0, 0, 80, 80, 80, 160, 160, 160, 240, 240, 240]);
    const row = await sharp(columns, { raw: { width: 4, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    const input: ImageInput = {
      size: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: "shortest",
      interpolation: "bicubic",
    };

    const [round] = await toPixels(row, input);
    const [floor] = await toPixels(row, { ...input, crop: "floor" });

    expect([round, floor].map((value) => Math.round((value ?? 0) * 255))).toEqual([160, 80]);
  });

  it("take little memory for an image of an extreme shape", async () => {
    const thread = await sharp({ create: { width: 1, height: 60_000, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    const input: ImageInput = { ...image, size: 1024, mean: [0, 0, 0], std: [1, 1, 1] };

    const pixels = await toPixels(thread, input);

    expect(pixels.every((value) => value === 1)).toBe(true);
  });
});
