import type { ModelPackage } from "@whetstone/schemas/api";
import sharp from "sharp";

const maxPixels = 64_000_000;
const kernels = { bicubic: "cubic", bilinear: "linear" } as const;

/** An encoded image to the model's input: planar RGB floats (3 x size x size), upright, transparency on white. */
export async function toPixels(bytes: Uint8Array, image: ModelPackage["image"]): Promise<Float32Array> {
  const { size, mean, std, resize, interpolation } = image;
  const rgb = await sharp(bytes, { limitInputPixels: maxPixels })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .resize(size, size, {
      fit: resize === "squash" ? "fill" : "cover",
      kernel: kernels[interpolation],
      fastShrinkOnLoad: false,
    })
    .raw({ depth: "uchar" })
    .toBuffer();

  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const scale = 1 / (255 * (std[channel] ?? 1));
    const shift = (mean[channel] ?? 0) / (std[channel] ?? 1);
    for (let i = 0; i < area; i++) pixels[channel * area + i] = (rgb[i * 3 + channel] ?? 0) * scale - shift;
  }
  return pixels;
}
