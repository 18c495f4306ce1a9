import type { ImageInput } from "@whetstone/schemas/api";
import { decodeImage } from "./decode-image.ts";
import { createResizer, type Target } from "./resize.ts";

/** Raise when the floats of some image change: embeddings made before are no longer those of this program. */
export const preprocessingVersion = 2;

const resize = createResizer();

/** An encoded image to the model's input, planar RGB floats (3 x size x size), equal to Pillow's and torchvision's. */
export function createPreprocessor(image: ImageInput): (bytes: Uint8Array) => Promise<Float32Array> {
  const table = floatTable(image);
  return async (bytes) => {
    const rgb = await decodeImage(bytes);
    return resize(rgb, toTarget(rgb, image), table);
  };
}

function toTarget({ width, height }: { width: number; height: number }, image: ImageInput): Target {
  const { size, interpolation, shortestSide = size } = image;
  if (image.resize === "squash") return { width: size, height: size, left: 0, top: 0, size, interpolation };
  const shorter = Math.min(width, height);
  // The longer side is cut to a whole number, as torchvision and transformers do.
  const side = (length: number) => (length === shorter ? shortestSide : Math.floor((shortestSide * length) / shorter));
  const whole = { width: side(width), height: side(height) };
  const start = (length: number) => (image.crop === "floor" ? Math.floor : roundHalfEven)((length - size) / 2);
  return { ...whole, left: start(whole.width), top: start(whole.height), size, interpolation };
}

/** As Python's `round`. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** The 256 floats of each channel, each step in float32 as torchvision takes it. */
function floatTable({ mean, std }: ImageInput): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: 768 }, (_, i) => {
    const channel = Math.floor(i / 256);
    return fround(fround(fround((i % 256) / 255) - fround(mean[channel] ?? 0)) / fround(std[channel] ?? 1));
  });
}
