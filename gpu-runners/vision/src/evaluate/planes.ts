import type { Pixels } from "./corruption-pixels.ts";

/** One colour of an image, or a map of numbers, row by row. */
export interface Plane {
  data: Float64Array;
  width: number;
  height: number;
}
interface Gaussian {
  sigma: number;
  /** What stands beyond the edge: its last pixel, or the image mirrored there (SciPy's words). */
  edge: "nearest" | "reflect";
  /** In deviations. */
  truncate: number;
}
type Spot = { from: number; share: number };

export function makePlane({ width, height }: { width: number; height: number }, at: (i: number) => number): Plane {
  return { data: Float64Array.from({ length: width * height }, (_, i) => at(i)), width, height };
}

/** Changes the three colours, each by itself. */
export function onPlanes(pixels: Pixels, change: (plane: Plane) => Plane): void {
  for (let colour = 0; colour < 3; colour++) {
    const changed = change(makePlane(pixels, (i) => pixels.data[3 * i + colour] ?? 0));
    changed.data.forEach((value, i) => (pixels.data[3 * i + colour] = value));
  }
}

/** `scipy.ndimage.gaussian_filter`. */
export function blur(plane: Plane, gaussian: Gaussian): Plane {
  return alongRows(alongRows(plane, gaussian), gaussian);
}

/** Blurs along the rows and gives the plane turned over its diagonal, so that twice of it is the whole. */
function alongRows({ data, width, height }: Plane, { sigma, edge, truncate }: Gaussian): Plane {
  const reach = Math.trunc(truncate * sigma + 0.5);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    sigma > 0 ? Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)) : 1,
  );
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const into = new Float64Array(data.length);
  // A kernel may be far wider than the image: what each pixel weighs, however often it is mirrored, is added up first.
  const weights = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    weights.fill(0);
    taps.forEach((tap, i) => {
      const place = edge === "reflect" ? mirror(x + i - reach, width) : clamp(x + i - reach, width);
      weights[place] = (weights[place] ?? 0) + tap / total;
    });
    const [first, last] = reach >= width ? [0, width - 1] : [clamp(x - reach, width), clamp(x + reach, width)];
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let from = first; from <= last; from++) sum += (weights[from] ?? 0) * (data[y * width + from] ?? 0);
      into[x * height + y] = sum;
    }
  }
  return { data: into, width: height, height: width };
}

/** The middle, enlarged to the size of the whole: `clipped_zoom` by `scipy.ndimage.zoom` of order 1. */
export function zoom({ data, width, height }: Plane, factor: number): Plane {
  const columns = zoomAxis(width, factor);
  const rows = zoomAxis(height, factor);
  return makePlane({ width, height }, (i) => {
    const { from: x, share: right } = columns[i % width] ?? { from: 0, share: 0 };
    const { from: y, share: below } = rows[Math.floor(i / width)] ?? { from: 0, share: 0 };
    const row = (at: number) =>
      (data[at * width + x] ?? 0) * (1 - right) + (data[at * width + Math.min(width - 1, x + 1)] ?? 0) * right;
    return row(y) * (1 - below) + row(Math.min(height - 1, y + 1)) * below;
  });
}

function zoomAxis(size: number, factor: number): Spot[] {
  const cropped = Math.ceil(size / factor);
  const start = Math.floor((size - cropped) / 2);
  const zoomed = roundHalfEven(cropped * factor);
  const trim = Math.floor((zoomed - size) / 2);
  return Array.from({ length: size }, (_, i) => {
    const at = zoomed > 1 ? ((i + trim) * (cropped - 1)) / (zoomed - 1) : 0;
    const from = Math.min(Math.floor(at), cropped - 1);
    return { from: start + from, share: at - from };
  });
}

/** One-sided Gaussian trail of `2 radius + 1` pixels at an angle in degrees: `_motion_blur` of the PyPI package `imagecorruptions`. */
export function smear(
  { data, width, height }: Plane,
  { radius, sigma, angle }: { radius: number; sigma: number; angle: number },
): Plane {
  const length = 2 * radius + 1;
  const trail = Array.from({ length }, (_, i) => Math.exp(-(i ** 2) / (2 * sigma ** 2)));
  const total = trail.reduce((sum, part) => sum + part, 0);
  const [down, across] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const into = new Float64Array(data.length);
  for (let step = 0; step < length; step++) {
    const dy = -Math.ceil(step * down - 0.5);
    const dx = -Math.ceil(step * across - 0.5);
    if (Math.abs(dy) >= height || Math.abs(dx) >= width) break;
    const weight = (trail[step] ?? 0) / total;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = clamp(y - dy, height) * width + clamp(x - dx, width);
        into[y * width + x] = (into[y * width + x] ?? 0) + weight * (data[from] ?? 0);
      }
  }
  return { data: into, width, height };
}

/** Each pixel from a place of the plane, between pixels in proportion. `fold` brings places beyond the edge back. */
export function warp(
  { data, width, height }: Plane,
  placeOf: (x: number, y: number) => readonly [x: number, y: number],
  fold: (place: number, size: number) => number,
): Plane {
  return makePlane({ width, height }, (i) => {
    const [x, y] = placeOf(i % width, Math.floor(i / width));
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const at = (row: number, column: number) => data[fold(row, height) * width + fold(column, width)] ?? 0;
    const row = (number: number) => at(number, left) * (1 - x + left) + at(number, left + 1) * (x - left);
    return row(top) * (1 - y + top) + row(top + 1) * (y - top);
  });
}

/** d c b a | a b c d | d c b a */
export function mirror(place: number, size: number): number {
  const within = ((place % (2 * size)) + 2 * size) % (2 * size);
  return within < size ? within : 2 * size - 1 - within;
}

/** d c b | a b c d | c b a */
export function mirrorWithin(place: number, size: number): number {
  if (size === 1) return 0;
  const within = ((place % (2 * size - 2)) + 2 * size - 2) % (2 * size - 2);
  return within < size ? within : 2 * size - 2 - within;
}

/** As Python's `round`, which SciPy sizes its output by. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

function clamp(place: number, size: number): number {
  return Math.min(size - 1, Math.max(0, place));
}
