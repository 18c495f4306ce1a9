import sharp from "sharp";

export type ImageShape = { size: number; mean: number[]; std: number[]; background: string };

const maxPixels = 64_000_000;

/** An encoded image squashed to the model's square: planar RGB floats, upright, transparency on the background. */
export async function toPixels(image: Uint8Array, { size, mean, std, background }: ImageShape): Promise<Float32Array> {
  const rgb = await sharp(image, { limitInputPixels: maxPixels })
    .autoOrient()
    .flatten({ background })
    .toColourspace("srgb")
    .resize(size, size, { fit: "fill", kernel: "cubic", fastShrinkOnLoad: false })
    .raw({ depth: "uchar" })
    .toBuffer();

  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const deviation = std[channel] ?? 1;
    const average = mean[channel] ?? 0;
    for (let i = 0; i < area; i++)
      pixels[channel * area + i] = ((rgb[i * 3 + channel] ?? 0) / 255 - average) / deviation;
  }
  return pixels;
}
