/** Side of the grey image a perceptual hash is made of. */
export const hashSide = 32;
const low = 8;
const leastContrast = 4;

/** cos((2x + 1) u pi / 64) for the 8 lowest frequencies u. */
const cosines = Array.from({ length: low }, (_, u) =>
  Float64Array.from({ length: hashSide }, (__, x) => Math.cos(((2 * x + 1) * u * Math.PI) / (2 * hashSide))),
);

/**
 * 64-bit pHash in hex of a 32 × 32 grey image: the signs of its 8 × 8 lowest DCT coefficients against their median (as Python's `imagehash.phash`).
 * Scaling, recompressing and small changes of brightness flip few bits. It sees shapes in grey: images that differ in colour alone agree. Null for a plain
 * surface, which has no shape.
 */
export function perceptualHash(grey: Uint8Array): string | null {
  if (grey.length !== hashSide ** 2)
    throw new RangeError(`${grey.length} bytes are not a ${hashSide} × ${hashSide} grey image`);
  if (Math.max(...grey) - Math.min(...grey) < leastContrast) return null;
  // Rows first: 32 × 8 sums, then columns.
  const byRow = Array.from({ length: hashSide }, (_, y) =>
    cosines.map((cosine) => cosine.reduce((sum, weight, x) => sum + weight * (grey[y * hashSide + x] ?? 0), 0)),
  );
  const coefficients = cosines.flatMap((cosine) =>
    Array.from({ length: low }, (_, u) => cosine.reduce((sum, weight, y) => sum + weight * (byRow[y]?.[u] ?? 0), 0)),
  );
  const sorted = coefficients.toSorted((a, b) => a - b);
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  const bits = coefficients.map((coefficient) => (coefficient > median ? "1" : "0")).join("");
  return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
}
