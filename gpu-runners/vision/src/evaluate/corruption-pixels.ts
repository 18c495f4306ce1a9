import type { Corruption, movingCorruptions } from "@whetstone/schemas/api";

/** Colours from 0 to 1, row by row, three to a pixel. */
export interface Pixels {
  data: Float64Array;
  width: number;
  height: number;
}
/** Those told by one number a strength. */
type Simple = Exclude<Corruption, (typeof movingCorruptions)[number]>;
type Numbers = readonly [number, number, number, number, number];
type Pairs = readonly (readonly [number, number])[];

/** Strengths 1 to 5 for photographs of 224 pixels: `imagenet_c/corruptions.py` of hendrycks/robustness. */
export const photoStrengths = {
  gaussian_noise: [0.08, 0.12, 0.18, 0.26, 0.38],
  shot_noise: [60, 25, 12, 5, 3],
  impulse_noise: [0.03, 0.06, 0.09, 0.17, 0.27],
  speckle_noise: [0.15, 0.2, 0.35, 0.45, 0.6],
  gaussian_blur: [1, 2, 3, 4, 6],
  defocus_blur: [3, 4, 6, 8, 10],
  brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
  contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
  saturate: [0, 1, 2, 3, 4],
  jpeg_compression: [25, 18, 15, 10, 7],
  pixelate: [0.6, 0.5, 0.4, 0.3, 0.25],
} as const satisfies Record<Simple, Numbers>;
/** For images of 32 pixels: `make_cifar_c.py` of the same repository. */
export const smallStrengths = {
  gaussian_noise: [0.04, 0.06, 0.08, 0.09, 0.1],
  shot_noise: [500, 250, 100, 75, 50],
  impulse_noise: [0.01, 0.02, 0.03, 0.05, 0.07],
  speckle_noise: [0.06, 0.1, 0.12, 0.16, 0.2],
  gaussian_blur: [0.4, 0.6, 0.7, 0.8, 1],
  defocus_blur: [0.3, 0.4, 0.5, 1, 1.5],
  brightness: [0.05, 0.1, 0.15, 0.2, 0.3],
  contrast: [0.75, 0.5, 0.4, 0.3, 0.15],
  saturate: [0, 1, 2, 3, 4],
  jpeg_compression: [80, 65, 58, 50, 40],
  pixelate: [0.95, 0.9, 0.85, 0.75, 0.65],
} as const satisfies Record<Simple, Numbers>;
/** Factor and addend of the saturation. */
export const saturations: Record<"photo" | "small", Pairs> = {
  photo: [
    [0.3, 0],
    [0.1, 0],
    [2, 0],
    [5, 0.1],
    [20, 0.2],
  ],
  small: [
    [0.3, 0],
    [0.1, 0],
    [1.5, 0],
    [2, 0.1],
    [2.5, 0.2],
  ],
};
/** How far the edge of defocus's disk is smoothed. */
export const aliasBlurs: Record<"photo" | "small", Numbers> = {
  photo: [0.1, 0.5, 0.5, 0.5, 0.5],
  small: [0.4, 0.5, 0.6, 0.2, 0.1],
};

const clip = (value: number): number => Math.min(1, Math.max(0, value));

export function addGaussianNoise({ data }: Pixels, deviation: number, random: () => number): void {
  for (let i = 0; i < data.length; i++) data[i] = clip((data[i] ?? 0) + deviation * gaussian(random));
}

export function addSpeckleNoise({ data }: Pixels, deviation: number, random: () => number): void {
  for (let i = 0; i < data.length; i++) data[i] = clip((data[i] ?? 0) * (1 + deviation * gaussian(random)));
}

export function addShotNoise({ data }: Pixels, photons: number, random: () => number): void {
  for (let i = 0; i < data.length; i++) data[i] = clip(poisson((data[i] ?? 0) * photons, random) / photons);
}

/** Salt and pepper, each colour for itself, as scikit-image's `random_noise(mode="s&p")`. */
export function addImpulseNoise({ data }: Pixels, amount: number, random: () => number): void {
  for (let i = 0; i < data.length; i++) if (random() < amount) data[i] = random() < 0.5 ? 1 : 0;
}

/** Adds to the value of HSV. */
export function brighten({ data }: Pixels, addend: number): void {
  for (let i = 0; i < data.length; i += 3) {
    const value = Math.max(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0);
    const brighter = clip(value + addend);
    for (let c = i; c < i + 3; c++) data[c] = value === 0 ? brighter : ((data[c] ?? 0) * brighter) / value;
  }
}

/** Scales the saturation of HSV and adds to it; grey has the hue of red, as in scikit-image. */
export function saturate({ data }: Pixels, [factor, addend]: readonly [number, number]): void {
  for (let i = 0; i < data.length; i += 3) {
    const colours = [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0];
    const value = Math.max(...colours);
    const saturation = value === 0 ? 0 : (value - Math.min(...colours)) / value;
    const wanted = clip(saturation * factor + addend);
    colours.forEach((colour, c) => {
      const share = saturation === 0 ? Number(c > 0) : (value - colour) / (value * saturation);
      data[i + c] = value * (1 - wanted * share);
    });
  }
}

/** Moves each colour towards its mean over the image. */
export function flatten({ data }: Pixels, factor: number): void {
  const means = [0, 0, 0];
  for (let i = 0; i < data.length; i++) means[i % 3] = (means[i % 3] ?? 0) + (3 * (data[i] ?? 0)) / data.length;
  for (let i = 0; i < data.length; i++) {
    const mean = means[i % 3] ?? 0;
    data[i] = clip(((data[i] ?? 0) - mean) * factor + mean);
  }
}

/** Down to a share of the size and up again, both with Pillow's box filter. */
export function pixelate({ data, width, height }: Pixels, share: number): void {
  const small = { width: Math.floor(width * share), height: Math.floor(height * share) };
  const columns = boxCells(width, small.width);
  const rows = boxCells(height, small.height);
  for (let channel = 0; channel < 3; channel++) {
    const cells = rows.map(({ from, to }) =>
      columns.map((column) => {
        let sum = 0;
        for (let y = from; y < to; y++)
          for (let x = column.from; x < column.to; x++) sum += data[(y * width + x) * 3 + channel] ?? 0;
        return Math.round((255 * sum) / ((to - from) * (column.to - column.from))) / 255;
      }),
    );
    for (let y = 0; y < height; y++) {
      const row = cells[Math.floor(((y + 0.5) * small.height) / height)];
      for (let x = 0; x < width; x++)
        data[(y * width + x) * 3 + channel] = row?.[Math.floor(((x + 0.5) * small.width) / width)] ?? 0;
    }
  }
}

/** Which pixels each output pixel averages: those whose middle lies within half a step of its own (Pillow's `box_filter`). */
function boxCells(size: number, cellCount: number): { from: number; to: number }[] {
  const step = size / cellCount;
  return Array.from({ length: cellCount }, (_, cell) => {
    const middle = (cell + 0.5) * step;
    return { from: Math.floor(middle - step / 2 + 0.5), to: Math.min(size, Math.floor(middle + step / 2 + 0.5)) };
  });
}

/** Box-Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Knuth's way, in parts of at most 20, whose sum is Poisson again. */
function poisson(mean: number, random: () => number): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 20) {
    const floor = Math.exp(-Math.min(rest, 20));
    for (let product = random(); product > floor; product *= random()) count++;
  }
  return count;
}
