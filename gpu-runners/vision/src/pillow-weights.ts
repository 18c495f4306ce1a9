export type Interpolation = "bicubic" | "bilinear";
/** For each output pixel of an axis: where its source pixels begin, how many they are, and their weights x 2^22. */
export type Weights = { bounds: Int32Array; weights: Int32Array; taps: number };
type Axis = { from: number; to: number; start: number; count: number };

const one = 2 ** 22;
const filters = {
  bilinear: { support: 1, at: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: cubic },
} as const;

/**
 * Pillow's antialiased weights (`precompute_coeffs` and `normalize_coeffs_8bpc` of its Resample.c) to make `to` pixels of `from`, for the
 * `count` output pixels from `start` on.
 */
export function pillowWeights({ from, to, start, count }: Axis, interpolation: Interpolation): Weights {
  const filter = filters[interpolation];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const bounds = new Int32Array(2 * count);
  const weights = new Int32Array(taps * count);
  const row = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const center = (start + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const length = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let x = 0; x < length; x++) sum += row[x] = filter.at((x + first - center + 0.5) / stretch);
    bounds.set([first, length], 2 * i);
    for (let x = 0; x < length; x++) {
      const weight = (one * (row[x] ?? 0)) / (sum || 1);
      weights[i * taps + x] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
  }
  return { bounds, weights, taps };
}

function cubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}
