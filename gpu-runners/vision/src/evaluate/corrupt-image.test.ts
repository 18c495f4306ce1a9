import { corruptions } from "@whetstone/schemas/api";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Canvas, corruptImage, toCanvas } from "./corrupt-image.ts";
import { addShotNoise, brighten, flatten, pixelate, saturate } from "./corruption-pixels.ts";
import { createRandom } from "./random.ts";

const toPixels = (colours: number[], width = colours.length / 3) => ({
  data: Float64Array.from(colours),
  width,
  height: colours.length / 3 / width,
});

/** A picture with edges, colours and slopes. */
async function makePicture(side: number): Promise<Buffer> {
  const rgb = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const at = (y * side + x) * 3;
      rgb[at] = (255 * x) / side;
      rgb[at + 1] = (Math.floor((8 * x) / side) + Math.floor((8 * y) / side)) % 2 === 0 ? 220 : 40;
      rgb[at + 2] = (255 * y) / side;
    }
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

describe("corruptions of pixels", () => {
  it("brighten the value of HSV and keep its hue", () => {
    const pixels = toPixels([0.4, 0.2, 0, 0, 0, 0, 0.9, 0.9, 0.9]);

    brighten(pixels, 0.2);

    expect([...pixels.data]).toEqual([0.6, 0.3, 0, 0.2, 0.2, 0.2, 1, 1, 1].map((value) => expect.closeTo(value, 12)));
  });

  it("saturate: none left, all of it, and grey turned red as in scikit-image", () => {
    const [none, more, grey] = [toPixels([0.8, 0.4, 0.2]), toPixels([0.8, 0.4, 0.2]), toPixels([0.5, 0.5, 0.5])];

    saturate(none, [0, 0]);
    saturate(more, [20, 0.2]);
    saturate(grey, [1, 0.2]);

    const close = (values: number[]) => values.map((value) => expect.closeTo(value, 12));
    expect([...none.data]).toEqual(close([0.8, 0.8, 0.8]));
    expect([...more.data]).toEqual(close([0.8, 0.8 * (1 - 2 / 3), 0]));
    expect([...grey.data]).toEqual(close([0.5, 0.4, 0.4]));
  });

  it("flatten towards the mean of each colour", () => {
    const pixels = toPixels([0, 0.5, 1, 1, 0.5, 0]);

    flatten(pixels, 0.5);

    expect([...pixels.data]).toEqual([0.25, 0.5, 0.75, 0.75, 0.5, 0.25]);
  });

  it("pixelate by the mean of each block", () => {
    const grey = [0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0];
    const pixels = toPixels(
      grey.flatMap((value) => [value, value, value]),
      4,
    );

    pixelate(pixels, 0.5);

    const row = (left: number, right: number) => [left, left, right, right].flatMap((value) => [value, value, value]);
    const half = [...row(191 / 255, 0), ...row(191 / 255, 0), ...row(0, 191 / 255), ...row(0, 191 / 255)];
    expect([...pixels.data]).toEqual(half.map((value) => expect.closeTo(value, 12)));
  });

  it("draw photons with the mean and variance of Poisson", () => {
    const pixels = toPixels(Array.from({ length: 30_000 }, () => 0.1));

    addShotNoise(pixels, 500, createRandom(1));

    const mean = pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
    const variance = pixels.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.data.length;
    expect(mean).toBeCloseTo(0.1, 3);
    expect((variance * 500) / 0.1).toBeCloseTo(1, 1);
  });
});

describe("corruptions of images", () => {
  it.each([
    [32, [32, 32], "small"],
    [300, [224, 224], "photo"],
  ] as const)("take an image of %i pixels at %j", async (side, [width, height], scale) => {
    expect(await toCanvas(await makePicture(side))).toMatchObject({ width, height, scale });
  });

  it.each(corruptions)("%s: the same for the same numbers, and stronger at strength 5", async (name) => {
    // The first two strengths of saturation take it away, the others add; those of the elastic transform have longer waves than the others.
    const first = name === "saturate" || name === "elastic_transform" ? 3 : 1;
    const rgb = await sharp(await makePicture(110))
      .removeAlpha()
      .raw()
      .toBuffer();
    const canvas: Canvas = { rgb, width: 110, height: 110, scale: "photo" };
    const spoil = async (strength: number) => {
      const png = await corruptImage(canvas, { name, strength, random: createRandom(7) });
      const spoilt = await sharp(png).removeAlpha().raw().toBuffer();
      return { png, change: spoilt.reduce((sum, byte, i) => sum + Math.abs(byte - (rgb[i] ?? 0)), 0) / rgb.length };
    };

    const [weak, again, strong] = [await spoil(first), await spoil(first), await spoil(5)];

    expect(weak.png.equals(again.png)).toBe(true);
    expect(weak.change).toBeGreaterThan(0.1);
    expect(strong.change).toBeGreaterThan(weak.change);
  });
});
