import type { Corruption } from "@whetstone/schemas/api";
import sharp, { type Sharp } from "sharp";
import {
  addGaussianNoise,
  addImpulseNoise,
  addShotNoise,
  addSpeckleNoise,
  aliasBlurs,
  brighten,
  flatten,
  photoStrengths,
  pixelate,
  type Pixels,
  saturate,
  saturations,
  smallStrengths,
} from "./corruption-pixels.ts";
import {
  addFog,
  addGlass,
  addMotion,
  addSnow,
  addZoom,
  bend,
  elastics,
  fogs,
  glass,
  motion,
  snows,
  zooms,
} from "./corruption-shapes.ts";

/** An image ready to be corrupted: RGB bytes, and which strengths go with its size. */
export interface Canvas {
  rgb: Buffer;
  width: number;
  height: number;
  scale: "photo" | "small";
}
interface Options {
  name: Corruption;
  /** 1 to 5. */
  strength: number;
  random: () => number;
}

const photoSide = 224;
const smallSide = 64;
const maxPixels = 64_000_000;

/** Photographs are resized to 256 and cropped to 224 first, as ImageNet-C was made; images below 64 pixels keep their size, as CIFAR-10-C. */
export async function toCanvas(bytes: Uint8Array): Promise<Canvas> {
  const upright = sharp(bytes, { limitInputPixels: maxPixels })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb");
  const { autoOrient } = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
  const isSmall = Math.min(autoOrient.width, autoOrient.height) < smallSide;
  const sized = isSmall ? upright : await cropMiddle(upright);
  const { data: rgb, info } = await sized.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return { rgb, width: info.width, height: info.height, scale: isSmall ? "small" : "photo" };
}

async function cropMiddle(image: Sharp): Promise<Sharp> {
  const square = await image
    .resize(256, 256, { fit: "cover", kernel: "linear" })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const margin = (256 - photoSide) / 2;
  return sharp(square).extract({ left: margin, top: margin, width: photoSide, height: photoSide });
}

/** The corrupted image as PNG. */
export async function corruptImage(canvas: Canvas, { name, strength, random }: Options): Promise<Buffer> {
  const { scale } = canvas;
  const level = strength - 1;
  const strengths: Partial<Record<Corruption, readonly number[]>> = scale === "photo" ? photoStrengths : smallStrengths;
  const amount = strengths[name]?.[level] ?? 0;
  switch (name) {
    case "gaussian_noise":
      return onPixels(canvas, (pixels) => addGaussianNoise(pixels, amount, random));
    case "shot_noise":
      return onPixels(canvas, (pixels) => addShotNoise(pixels, amount, random));
    case "impulse_noise":
      return onPixels(canvas, (pixels) => addImpulseNoise(pixels, amount, random));
    case "speckle_noise":
      return onPixels(canvas, (pixels) => addSpeckleNoise(pixels, amount, random));
    case "brightness":
      return onPixels(canvas, (pixels) => brighten(pixels, amount));
    case "contrast":
      return onPixels(canvas, (pixels) => flatten(pixels, amount));
    case "saturate":
      return onPixels(canvas, (pixels) => saturate(pixels, saturations[scale][level] ?? [1, 0]));
    case "glass_blur":
      return onPixels(canvas, (pixels) => addGlass(pixels, glass[scale][level] ?? [0, 1, 0], random));
    case "motion_blur":
      return onPixels(canvas, (pixels) => addMotion(pixels, motion[scale][level] ?? [0, 1], random));
    case "zoom_blur":
      return onPixels(canvas, (pixels) => addZoom(pixels, zooms[scale][level] ?? [1, 1]));
    case "fog":
      return onPixels(canvas, (pixels) => addFog(pixels, fogs[scale][level] ?? [0, 1], random));
    case "snow":
      return onPixels(canvas, (pixels) => addSnow(pixels, snows[scale][level] ?? [], random));
    case "elastic_transform": {
      const { side, levels } = elastics[scale];
      return onPixels(canvas, (pixels) => bend(pixels, { side, level: levels[level] ?? [0, 0, 0] }, random));
    }
    case "pixelate":
      return onPixels(canvas, (pixels) => pixelate(pixels, amount));
    case "gaussian_blur":
      return toPng(open(canvas).blur({ sigma: amount, precision: "float", minAmplitude: 0.001 }));
    case "defocus_blur":
      return toPng(open(canvas).convolve(diskKernel(amount, aliasBlurs[scale][level] ?? 0.1)));
    case "jpeg_compression":
      return toPng(sharp(await open(canvas).jpeg({ quality: amount }).toBuffer()));
  }
}

async function onPixels(canvas: Canvas, change: (pixels: Pixels) => void): Promise<Buffer> {
  const pixels = {
    data: Float64Array.from(canvas.rgb, (byte) => byte / 255),
    width: canvas.width,
    height: canvas.height,
  };
  change(pixels);
  // Cut off, not rounded, as NumPy's cast to uint8; the addend keeps whole numbers whole.
  const rgb = Buffer.from(Uint8Array.from(pixels.data, (value) => Math.floor(value * 255 + 1e-6)));
  return toPng(open({ ...canvas, rgb }));
}

function open({ rgb, width, height }: Pick<Canvas, "rgb" | "width" | "height">): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

function toPng(image: Sharp): Promise<Buffer> {
  return image.png({ compressionLevel: 1 }).toBuffer();
}

/** A disk whose edge is smoothed by a Gaussian of 3 x 3 (5 x 5 for radii over 8), its parts adding up to 1. */
function diskKernel(radius: number, aliasBlur: number): { width: number; height: number; kernel: number[] } {
  const reach = Math.max(8, Math.ceil(radius));
  const side = 2 * reach + 1;
  const at = (x: number, y: number) => (x ** 2 + y ** 2 <= radius ** 2 ? 1 : 0);
  const half = radius <= 8 ? 1 : 2;
  const taps = Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * aliasBlur ** 2)));
  const kernel: number[] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      let sum = 0;
      taps.forEach((a, i) => taps.forEach((b, j) => (sum += a * b * at(x + j - half, y + i - half))));
      kernel.push(sum);
    }
  }
  const total = kernel.reduce((sum, part) => sum + part, 0);
  return { width: side, height: side, kernel: kernel.map((part) => part / total) };
}
