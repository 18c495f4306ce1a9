import sharp from "sharp";
import { decodeJpeg } from "./decode-jpeg.ts";
import type { Rgb } from "./resize.ts";

const maxPixels = 64_000_000;

// Every image is new, so a cache of them only costs; and images are decoded side by side, so threads within one are in the way.
sharp.cache(false);
sharp.concurrency(1);

/**
 * An encoded image to 8-bit RGB, upright by its EXIF mark, transparency on white, the first frame of several. Colour profiles are ignored, as
 * Pillow and with it every published CLIP does.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Rgb> {
  const plain = await decodeJpeg(bytes, maxPixels);
  if (plain) return plain;
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, ignoreIcc: true })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { data, width, height };
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.fill(data[i * channels] ?? 0, 3 * i, 3 * i + 3);
  return { data: rgb, width, height };
}
